// Shows charts with JupyterLab's own renderers, and does to them what a person could. Evaluated after renderers.js.
(() => {
    const frames = count => new Promise(resolve => (count ? requestAnimationFrame(() => frames(count - 1).then(resolve)) : resolve()));

    function send(target, type, Kind, x, y) {
        const event = new Kind(type, {bubbles: true, cancelable: true, view: window, clientX: x, clientY: y, key: 'x', deltaY: 1});
        target.dispatchEvent(event);
        return event;
    }

    // The pictures in the tooltip, wherever a pointer may have opened one.
    function hover(canvas) {
        const box = canvas.getBoundingClientRect();
        const found = [];
        for (let across = 0; across <= 8; across += 1)
            for (let down = 0; down <= 8; down += 1) {
                const [x, y] = [box.left + (box.width * across) / 8, box.top + (box.height * down) / 8];
                for (const type of ['pointerover', 'pointermove', 'pointerdown', 'pointerup']) send(canvas, type, PointerEvent, x, y);
                for (const type of ['mouseover', 'mousemove', 'mousedown', 'mouseup', 'click', 'dblclick']) send(canvas, type, MouseEvent, x, y);
                for (const picture of document.querySelectorAll('.vg-tooltip img, .vg-tooltip script')) found.push(picture.outerHTML);
            }
        send(canvas, 'wheel', WheelEvent, box.left + 1, box.top + 1);
        return found;
    }

    function looked(node) {
        const found = [];
        for (const element of node.querySelectorAll('*')) {
            for (const {name, value} of element.attributes) {
                // the value of a choice is text, whatever it says
                if (name.startsWith('on') || (name !== 'value' && /canary|pwned\(/.test(value))) found.push(`<${element.localName} ${name}=${value.slice(0, 60)}>`);
            }
            if (element.matches('img, iframe, script, image, form[action], object, style, link, input[type=file]')) found.push(`<${element.localName}>`);
            // the one link saves the picture, and is no address before it is pressed
            if (element.matches('a') && element.getAttribute('href') !== '#') found.push(`a link to ${element.href}`);
            if (element.matches('canvas') && element.width * element.height > 40e6) found.push(`a canvas of ${element.width} x ${element.height}`);
        }
        return found;
    }

    // For each of `items`: whether it was drawn, what it says where it was not, and what is wrong with it.
    async function examine(items) {
        const cursor = document.body.style.cursor;
        const global = new Set(Object.getOwnPropertyNames(window));
        await window.renderers.render(items);
        await frames(3);
        const nodes = window.renderers.nodes();
        const told = nodes.map(node => ({
            drawn: node.querySelector('canvas, svg.marks') !== null,
            said: node.querySelector('canvas') ? '' : node.textContent,
            wrong: [...node.querySelectorAll('canvas')].flatMap(hover).concat(looked(node)),
            pixels: [...node.querySelectorAll('canvas')].map(canvas => canvas.width * canvas.height),
        }));
        await frames(3);
        const page = [];
        if (document.body.style.cursor !== cursor) page.push(`cursor ${document.body.style.cursor}`);
        for (const target of [document, document.body, window]) {
            if (send(target, 'keydown', KeyboardEvent, 0, 0).defaultPrevented) page.push('the keyboard is taken');
            if (send(target, 'wheel', WheelEvent, 0, 0).defaultPrevented) page.push('the wheel is taken');
        }
        if ({}.polluted !== undefined) page.push('Object.prototype is changed');
        for (const name of Object.getOwnPropertyNames(window)) if (!global.has(name) && /pwn|canary/i.test(name)) page.push(name);
        window.renderers.clear();
        return {told, page};
    }

    window.charts = {examine};
})();
