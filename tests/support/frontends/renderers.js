// Renders MIME bundles with JupyterLab's own renderers, many at a time on a stage over the page.
// Evaluated, after inspection.js, in a JupyterLab that exposes its application; renderers.py speaks to it.
(() => {
    let rendermime = null;
    let stage = null;
    let shown = [];

    // The `rendermime` of a notebook resolves addresses as that notebook would. No kernel is started.
    async function open(path) {
        const kernelPreference = {shouldStart: false, canStart: false, autoStartDefault: false};
        const widget = await window.jupyterapp.commands.execute('docmanager:open', {path, kernelPreference});
        await widget.context.ready;
        await widget.revealed;
        rendermime = widget.content.rendermime;
        // what an attack with a command of JupyterLab's calls
        window.jupyterapp.commands.addCommand('canary', {execute: args => window.pwned(Number(args.number))});
    }

    async function render(items) {
        stage = document.createElement('div');
        stage.style.cssText = 'position:fixed;inset:0;z-index:9000;background:white;overflow:hidden;';
        // JupyterLab would look at each of thousands of events; clicks are what its commands are run by
        for (const type of window.inspection.PROVOKED) stage.addEventListener(type, event => event.stopPropagation());
        document.body.append(stage);
        const columns = Math.ceil(Math.sqrt(items.length));
        const width = innerWidth / columns, height = innerHeight / Math.ceil(items.length / columns);
        const rendered = [];
        shown = items.map(({data, metadata}, index) => {
            const slot = document.createElement('div');
            // the parents that give an output its looks; the slot itself holds nothing back
            slot.className = 'jp-OutputArea jp-Cell-outputArea';
            slot.style.cssText = `position:absolute;left:${(index % columns) * width}px;top:${Math.floor(index / columns) * height}px;`
                + `width:${Math.max(40, width - 16)}px;`;
            const child = document.createElement('div');
            child.className = 'jp-OutputArea-child';
            slot.append(child);
            stage.append(slot);
            const model = rendermime.createModel({data, metadata, trusted: true});
            const mime = rendermime.preferredMimeType(model.data, 'any');
            if (mime === undefined) return {node: child, widget: null};
            const widget = rendermime.createRenderer(mime);
            widget.addClass('jp-OutputArea-output');
            widget.constructor.attach(widget, child);
            rendered.push(widget.renderModel(model).catch(error => { widget.node.textContent = String(error); }));
            return {node: widget.node, widget};
        });
        await Promise.all(rendered);
    }

    function nodes() {
        return shown.map(({node}) => node);
    }

    function clear() {
        for (const {widget} of shown) {
            if (widget && widget.isAttached) widget.constructor.detach(widget);
            if (widget) widget.dispose();
        }
        shown = [];
        if (stage) stage.remove();
        stage = null;
    }

    // All of it; what was found in each of `items`.
    async function examine(items, names, milliseconds) {
        await render(items);
        await window.inspection.quiet(stage, milliseconds);
        window.inspection.provoke(nodes());
        await window.inspection.quiet(stage, milliseconds);
        const found = window.inspection.looked(nodes(), names);
        clear();
        return found;
    }

    window.renderers = {open, examine, render, nodes, clear};
})();
