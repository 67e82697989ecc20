// Puts what a sanitizer left on a stage over the page, in the harshest way: as parsed HTML whose scripts run.
// Evaluated after inspection.js of tests/support/frontends.
(() => {
  let stage = null;

  function put(html) {
    stage = document.createElement('div');
    stage.style.cssText = 'position:fixed;inset:0;z-index:9000;background:white;overflow:hidden';
    const style = document.createElement('style');
    style.textContent =
      '.slot {overflow-wrap:anywhere} .slot pre {overflow:auto} .slot > svg {max-width:100%}' + // as in JupyterLab
      ' .slot :is(ul, ol) {padding-left:2px; list-style-position:inside}'; // sixty of them in each other are wider than a slot
    stage.append(style);
    document.body.append(stage);
    const columns = Math.ceil(Math.sqrt(html.length));
    return html.map((text, index) => {
      const node = document.createElement('div');
      node.className = 'slot';
      node.style.cssText =
        `position:absolute;left:${((index % columns) * 100) / columns}%;` +
        `top:${(Math.floor(index / columns) * 100) / columns}%;width:${90 / columns}%`;
      stage.append(node);
      node.append(document.createRange().createContextualFragment(text));
      return node;
    });
  }

  // All of it: what was found in each.
  async function examine(html, names, milliseconds) {
    const nodes = put(html);
    await window.inspection.quiet(stage, milliseconds);
    window.inspection.provoke(nodes);
    await window.inspection.quiet(stage, milliseconds);
    const found = window.inspection.looked(nodes, names);
    stage.remove();
    return found;
  }

  window.stage = { examine };
})();
