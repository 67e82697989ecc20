// What lies in some places of a page that it should not: attributes that run, addresses that load, things to click, what is drawn elsewhere.
// `window.inspection.provoke(nodes)` does what a person could do; `looked(nodes, names)` gives for each node what was found in it.
(() => {
    const SLACK = 2; // pixels that glyphs may stick out of the line they are on
    const PROVOKED = [
        ['pointerover', PointerEvent], ['pointerenter', PointerEvent], ['pointermove', PointerEvent], ['mouseover', MouseEvent],
        ['mouseenter', MouseEvent], ['mousemove', MouseEvent], ['pointerdown', PointerEvent], ['mousedown', MouseEvent], ['mouseup', MouseEvent],
        ['dblclick', MouseEvent], ['contextmenu', MouseEvent], ['auxclick', MouseEvent], ['wheel', WheelEvent], ['dragstart', DragEvent],
        ['focus', FocusEvent], ['focusin', FocusEvent], ['keydown', KeyboardEvent], ['beforeinput', InputEvent], ['copy', ClipboardEvent],
        ['scroll', Event], ['scrollend', Event], ['beforematch', Event], ['selectstart', Event], ['touchstart', Event],
    ];
    const ADDRESSES = new Set([
        'href', 'xlink:href', 'src', 'action', 'formaction', 'data', 'poster', 'srcset', 'ping', 'background', 'cite', 'longdesc',
        'codebase', 'classid', 'archive', 'manifest', 'profile', 'usemap', 'lowsrc', 'dynsrc', 'from', 'to', 'imagesrcset',
    ]);
    const NEVER = new Set(['name', 'slot', 'is', 'part', 'exportparts', 'form', 'http-equiv', 'srcdoc', 'usemap']);
    const SCHEMES = new Set(['http:', 'https:', 'mailto:']);
    const OF_RENDERERS = new Set(['jp-InternalAnchorLink', 'jp-mod-unconfined', 'jp-needs-light-background', 'jp-needs-dark-background']);
    const CLICKABLE = 'button, input, select, textarea, area, label, form, dialog, [popover], [popovertarget], [command], [commandfor], '
        + '[contenteditable], [draggable=true], [accesskey], [tabindex], [data-commandlinker-command], [data-command]';

    function* elements(root) {
        for (const element of root.querySelectorAll('*')) {
            yield element;
            if (element.shadowRoot) yield* elements(element.shadowRoot);
            if (element instanceof HTMLTemplateElement) yield* elements(element.content);
        }
    }

    function scheme(address) {
        try {
            return new URL(address, document.baseURI).protocol;
        } catch {
            return 'none:';
        }
    }

    // Until nothing has changed below `root` for a moment: formulas are typeset after they are rendered.
    function quiet(root, milliseconds, most = 4000) {
        return new Promise(resolve => {
            const observer = new MutationObserver(() => { clearTimeout(timer); timer = setTimeout(done, milliseconds); });
            const done = () => { observer.disconnect(); clearTimeout(last); resolve(); };
            let timer = setTimeout(done, milliseconds);
            const last = setTimeout(done, most);
            observer.observe(root, {subtree: true, childList: true, attributes: true});
        });
    }

    // Whatever a person could do to it.
    function provoke(nodes) {
        // each element of a formula would take long, and only some could do anything
        const idle = element => element.closest('mjx-container, .jp-RenderedJSON > *') && !element.matches(`a, ${CLICKABLE}`);
        for (const element of nodes.flatMap(node => [...elements(node)])) {
            if (idle(element)) continue;
            for (const [type, Kind] of PROVOKED) element.dispatchEvent(new Kind(type, {bubbles: true, cancelable: true}));
            if (element instanceof HTMLDetailsElement) element.open = true;
            if (typeof element.focus === 'function') element.focus({preventScroll: true});
            // a link is followed only if it leads to code: whatever else would take the page away
            const link = element.closest('a, area');
            if (link) {
                const address = typeof link.href === 'object' ? link.href.baseVal : link.href;
                if (!/^javascript:/i.test(address) && link.dataset.commandlinkerCommand !== 'canary') continue;
                link.removeAttribute('target');
            }
            element.dispatchEvent(new MouseEvent('click', {bubbles: true, cancelable: true}));
        }
    }

    function looked(nodes, names, scrolling = false) {
        const known = new Set(names);
        const found = nodes.map(node => new Set(
            [...elements(node)].flatMap(element => inElement(element, known))
        ));
        outside(nodes, found, scrolling);
        return found.map(each => [...each]);
    }

    function inElement(element, known) {
        const found = [];
        const name = element.localName;
        // MathJax's elements and those of the tree of JSON are the front end's own; what they do is checked like all else
        const typeset = element.closest('mjx-container') !== null;
        const own = typeset || element.closest('.jp-RenderedJSON > *') !== null;
        if (!own && !known.has(name)) found.push(`<${name}>`);
        if (element.shadowRoot) found.push(`<${name}> with a shadow`);
        // JupyterLab opens links to the files beside a notebook by a command of its own
        const local = name === 'a' && element.dataset.commandlinkerCommand === 'rendermime:handle-local-link';
        for (const {name: attribute, value} of element.attributes) {
            const lower = attribute.toLowerCase();
            if (lower.startsWith('on') || NEVER.has(lower) || (lower.startsWith('data-commandlinker') && !local)) found.push(`<${name} ${attribute}>`);
            if (ADDRESSES.has(lower) && !harmless(element, lower, value)) found.push(`<${name} ${attribute}=${value.slice(0, 60)}>`);
            if (own && !typeset) continue;
            if (lower === 'id' && !value.startsWith('output-') && !(typeset && /^mjx-/i.test(value))) found.push(`id ${value}`);
            if (lower === 'class') found.push(...[...element.classList].filter(foreign).map(each => `class ${each}`));
        }
        if (element.matches(CLICKABLE) && !own && !local) found.push(`clickable <${name}>`);
        if (!element.hasAttribute('style') && !element.hasAttribute('class')) return found;
        const style = getComputedStyle(element);
        if (style.position === 'fixed' || style.position === 'sticky') found.push(`position ${style.position}`);
        if (style.animationName !== 'none') found.push(`animation ${style.animationName}`);
        for (const property of ['viewTransitionName', 'anchorName', 'positionAnchor', 'timelineScope', 'scrollTimelineName', 'containerName']) {
            if (!['none', 'auto', 'normal', '', undefined].includes(style[property])) found.push(`${property} ${style[property]}`);
        }
        return found;
    }

    function harmless(element, attribute, value) {
        const name = element.localName;
        if (value.startsWith('#')) return true;
        if (name === 'img' || name === 'image') return /^data:image\/[a-z+]+[;,]/.test(value);
        // JupyterLab makes links of `file:` in plain text itself, which no page of a server can follow
        if (name === 'a' && attribute.endsWith('href')) return SCHEMES.has(scheme(value)) || (scheme(value) === 'file:' && element.closest('.jp-RenderedText') !== null);
        return attribute === 'cite' && ['http:', 'https:'].includes(scheme(value));
    }

    function foreign(name) {
        return /^(jp-|lm-|p-|cm-|bp\d|galata|jupyter)/i.test(name) && !OF_RENDERERS.has(name);
    }

    // What is drawn beyond the box of the output that it belongs to, and can be hit there.
    function outside(nodes, found, scrolling) {
        nodes.forEach((node, index) => {
            let {within, boxes} = beyond(node);
            if (boxes.length && scrolling) {
                node.scrollIntoView({block: 'center'});
                ({within, boxes} = beyond(node));
            }
            if (boxes.some(each => points(each).some(([x, y]) => !within(x, y)
                && document.elementsFromPoint(x, y).some(element => element !== node && node.contains(element))))) found[index].add('drawn outside its box');
        });
    }

    // The boxes of elements that may be drawn outside that of the output.
    function beyond(node) {
        const box = node.getBoundingClientRect();
        const within = (x, y) => x >= box.left - SLACK && x <= box.right + SLACK && y >= box.top - SLACK && y <= box.bottom + SLACK;
        const boxes = farthest([...elements(node)].map(element => [element, element.getBoundingClientRect()])
            .filter(([element, each]) => each.width && each.height
                && !(within(each.left, each.top) && within(each.right, each.bottom)) && !cutOff(element, node))
            .map(([, each]) => each));
        return {within, boxes};
    }

    // Whether an ancestor within the output shows nothing of the element beyond itself.
    function cutOff(element, node) {
        for (let each = element; each !== node; each = each.parentElement) {
            if (!each || ['absolute', 'fixed'].includes(getComputedStyle(each).position)) return false;
            const {overflowX, overflowY, contain} = getComputedStyle(each.parentElement || node);
            if ((overflowX !== 'visible' && overflowY !== 'visible') || /paint|content|strict/.test(contain)) return true;
        }
        return false;
    }

    // Of many boxes those that reach farthest, and the largest: to ask at each place takes time.
    function farthest(boxes) {
        if (boxes.length < 8) return boxes;
        const by = measure => boxes.reduce((best, each) => (measure(each) > measure(best) ? each : best));
        return [by(box => -box.left), by(box => -box.top), by(box => box.right), by(box => box.bottom), by(box => box.width * box.height)];
    }

    // Some points of what of a box is in the window.
    function points(box) {
        const [left, right] = [Math.max(box.left, 0), Math.min(box.right, innerWidth - 1)];
        const [top, bottom] = [Math.max(box.top, 0), Math.min(box.bottom, innerHeight - 1)];
        if (left > right || top > bottom) return [];
        const places = [0.01, 0.2, 0.5, 0.8, 0.99];
        return places.flatMap(x => places.map(y => [left + x * (right - left), top + y * (bottom - top)]));
    }

    window.inspection = {provoke, looked, quiet, PROVOKED: PROVOKED.map(([type]) => type)};
})();
