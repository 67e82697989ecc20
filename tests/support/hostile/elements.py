"""Elements that load, frame, redirect, submit, cover or name something, without a handler of events."""

from __future__ import annotations

from monty_kernel.sanitize import words

from .case import family

_LOADING = {
    "an applet": "<applet code=CANARY archive=CANARY></applet>",
    "an audio": "<audio src=CANARY autoplay></audio>",
    "an audio's source": "<audio preload=auto><source src=CANARY></audio>",
    "a video": "<video src=CANARY preload=auto></video>",
    "a video's source": "<video autoplay muted><source src=CANARY type=video/mp4></video>",
    "a background sound": "<bgsound src=CANARY>",
    "a body's background": "<body background=CANARY>",
    "a frame in a noscript": "<noscript><iframe src=CANARY></iframe></noscript><iframe src=CANARY></iframe>",
    "a frame that loads late": "<iframe loading=lazy src=CANARY></iframe>",
    "a frame whose document loads": "<iframe srcdoc='&lt;img src=CANARY&gt;'></iframe>",
    "a frame whose document is in entities twice": "<iframe srcdoc='&amp;lt;img src=CANARY&amp;gt;&lt;img src=CANARY&gt;'></iframe>",
    "a frame with credentials": "<iframe credentialless src=CANARY allow='clipboard-write *'></iframe>",
    "a fenced frame": "<fencedframe src=CANARY></fencedframe><portal src=CANARY></portal>",
    "frames of a set": "<frameset><frame src=CANARY></frameset>",
    "an image that is called image": "<image src=CANARY>",
    "an image that loads late": "<img loading=lazy src=CANARY>",
    "an image with attribution": "<img attributionsrc=CANARY src=data:,>",
    "an image by srcset without a comma": "<img srcset='CANARY 1x, CANARY 2x' sizes=100vw>",
    "an image by srcset and data": "<img src='data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA=' srcset='CANARY 1w'>",
    "an image of the low kind": "<img lowsrc=CANARY dynsrc=CANARY>",
    "an image of a table": "<table background=CANARY><tbody background=CANARY><tr background=CANARY><td background=CANARY>x</table>",
    "an image in a shadow": "<div><template shadowrootmode=open><img src=CANARY></template></div>",
    "an image in an object": "<object data=data:,x type=x/y><img src=CANARY></object>",
    "an object of a type": "<object type=text/html data=CANARY></object>",
    "an object's parameter": "<object classid=x><param name=src value=CANARY><param name=movie value=CANARY><embed src=CANARY></object>",
    "an embedded svg": "<embed type=image/svg+xml src=CANARY>",
    "a preconnection": "<link rel=preconnect href=CANARY><link rel=dns-prefetch href=CANARY>",
    "a module ahead": "<link rel=modulepreload href=CANARY>",
    "a manifest": "<link rel=manifest href=CANARY><link rel=alternate href=CANARY>",
    "a style sheet of a title": "<link rel='alternate stylesheet' title=x href=CANARY>",
    "a style sheet by header": "<meta http-equiv=Link content='<CANARY>;rel=stylesheet'><link rel=StyleSheet href=CANARY>",
    "rules of speculation": '<script type=speculationrules>{"prefetch":[{"source":"list","urls":["CANARY"]}]}</script>',
    "a map of imports": '<script type=importmap>{"imports":{"x":"CANARY"}}</script><script type=module>import "CANARY"</script>',
    "a track of an audio": "<video src=data:, ><track kind=subtitles default src=CANARY></video>",
    "an include": "<object data='CANARY#x'></object><xi:include href=CANARY />",
    "an xml island": "<xml src=CANARY id=x></xml><layer src=CANARY></layer><ilayer src=CANARY></ilayer>",
    "a quotation's source": "<q cite=CANARY>x</q><blockquote cite=CANARY>y</blockquote>",
    "a server's include": "<!--#include virtual='CANARY' --><img src=CANARY>",
    "an image whose address has a line break": "<img src='htt\np://canary.invalid/NUMBER'>",
    "an image whose address has backslashes": "<img src='http:\\\\canary.invalid\\NUMBER'>",
    "an image whose scheme is in capitals": "<img src='HTTP://canary.invalid/NUMBER'>",
    "an image without slashes": "<img src='http:canary.invalid/NUMBER'>",
    "an image of another scheme": "<img src='ftp://canary.invalid/NUMBER'><img src='blob:http://canary.invalid/NUMBER'>",
    "an image by query": "<img src='?canary-NUMBER.png'>",
    "an image beside": "<img src='./LOCAL'><img src='../LOCAL'><img src='/files/LOCAL'>",
    "an attachment": "<img src='attachment:LOCAL'>",
    "a svg as data": "<img src=\"data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' onload='PWN'><image href='CANARY'/></svg>\">",
    "a svg as data in a frame": "<iframe src=\"data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg'><image href='CANARY'/></svg>\"></iframe>",
    "a svg as data in an object": "<object data=\"data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg'><image href='CANARY'/></svg>\"></object>",
}

_CLICKED = {
    "a button of a form elsewhere": "<form id=f action=javascript:PWN></form><button form=f>x</button>",
    "a button with its own action": "<form><input type=submit formaction=javascript:PWN value=x></form>",
    "a form whose action is an image's": "<form action=javascript:PWN><input type=image src=data:, alt=x></form>",
    "a form for a window": "<form action=CANARY target=_blank><button>x</button></form>",
    "a form by post": "<form method=post action=/api/kernels enctype=text/plain><input name='{\"a\":\"' value='\"}'><button>x</button></form>",
    "a form of a dialog": "<dialog open><form method=dialog><button>x</button></form></dialog>",
    "an area": "<map name=m><area href=javascript:PWN shape=default></map><img usemap='#m' width=9 height=9>",
    "a label": "<label for=output-x>x</label><input id=x type=checkbox>",
    "a label for a button of the page": "<label><button>x</button>y</label>",
    "a file's input": "<input type=file><input type=password name=p autocomplete=current-password>",
    "an input for colours": "<input type=color list=l><datalist id=l><option>#f00</datalist>",
    "a text field": "<textarea>x</textarea><input value=x>",
    "a choice": "<select><option>x<option>y</select><select multiple><optgroup label=z><option>z</select>",
    "a customizable choice": "<select><button><selectedcontent></selectedcontent></button><option>x</select>",
    "a popover by hint": "<b popover=hint id=h>x</b><button popovertarget=h popovertargetaction=show>x</button>",
    "a popover by interest": "<a href='#' interestfor=i>x</a><b popover id=i>y</b>",
    "a command of a button": "<button command=toggle-popover commandfor=c>x</button><b popover id=c>y</b>",
    "a dialog by a command": "<dialog id=d>x</dialog><button command=show-modal commandfor=d>x</button>",
    "a command of JupyterLab": '<b data-commandlinker-command="canary" data-commandlinker-args=\'{"number": NUMBER}\'>x</b>',
    "a command of JupyterLab in a link": '<a href="#x" data-commandlinker-command=canary data-commandlinker-args=\'{"number": NUMBER}\'>x</a>',
    "a command of JupyterLab in capitals": "<b DATA-COMMANDLINKER-COMMAND=canary DATA-commandlinker-ARGS='{\"number\": NUMBER}'>x</b>",
    "a command of JupyterLab in a svg": "<svg><g data-commandlinker-command=canary data-commandlinker-args='{\"number\": NUMBER}'><rect width=9 height=9 /></g></svg>",
    "a command of JupyterLab in a table": "<table><tr><td data-commandlinker-command=canary data-commandlinker-args='{\"number\": NUMBER}'>x</table>",
    "a command of JupyterLab by a name": '<b data-command="canary" data-jp-command="canary" data-args=\'{"number": NUMBER}\'>x</b>',
    "an editable text": "<p contenteditable=true>x</p><p contenteditable=plaintext-only>y</p>",
    "something to drag": "<b draggable=true>x</b>",
    "a key": "<b accesskey=s tabindex=0>x</b><a href='#' accesskey=k>y</a>",
    "an order for the keyboard": "<b tabindex=1>x</b><i tabindex=-1>y</i>",
    "a link that pings": "<a href='#' ping=CANARY>x</a>",
    "a link that downloads": "<a href=data:text/html,x download=run.sh>x</a>",
    "a link into a frame": "<a href=javascript:PWN target=main>x</a>",
    "a menu": "<menu type=context><menuitem icon=CANARY>x</menu><b contextmenu=m>y</b>",
    "a player": "<video controls></video><audio controls></audio>",
    "a permission": "<permission type=geolocation></permission><geolocation></geolocation>",
    "a key's generator": "<keygen name=x><isindex action=javascript:PWN prompt=x>",
    "an install button": "<button type=button commandfor=x command=--x>x</button><input type=button value=x>",
}

_LEAVING = {
    "a refresh": "<meta http-equiv=refresh content='0;url=CANARY'>",
    "a refresh to javascript": "<meta http-equiv=refresh content='0;javascript:PWN'>",
    "a refresh to a document": "<meta http-equiv=Refresh content=\"0; URL='data:text/html,x'\">",
    "a base": "<base href=http://canary.invalid/NUMBER/><a href=x>x</a>",
    "a base for targets": "<base target=_top><a href='#'>x</a>",
    "a cookie": "<meta http-equiv=Set-Cookie content='_xsrf=x'>",
    "a policy": "<meta http-equiv=Content-Security-Policy content=\"default-src 'none'; report-uri CANARY\">",
    "a referrer policy": "<meta name=referrer content=unsafe-url><meta name=viewport content='width=1'>",
}

_CLOBBERING = {
    name: text.replace("NAME", name.split()[0])
    for name, text in {
        **dict.fromkeys(
            sorted(
                words("jupyterapp jupyterlab MathJax require define renderers inspection currentScript _JUPYTERLAB")
            ),
            "<a id=NAME></a><a id=NAME name=x href=CANARY></a>",
        ),
        **{
            f"{name} of the document": "<img name=NAME><form name=NAME></form><embed name=NAME>"
            for name in sorted(
                words("cookie body head forms getElementById querySelector createElement defaultView documentElement")
            )
        },
        **{
            f"{name} of a form": "<form><input name=NAME><input id=NAME></form>"
            for name in sorted(words("attributes childNodes parentNode nodeName remove setAttribute innerHTML action"))
        },
        "frames by name": "<iframe name=NAME srcdoc='<a id=self></a>'></iframe>",
        "config by a chain": "<form id=config><output id=baseUrl name=baseUrl>CANARY</output></form>",
        "jupyter-config-data again": '<script id=NAME type=application/json>{"baseUrl": "CANARY"}</script><b id=NAME>x</b>',
        "main of the page": "<div id=NAME>x</div><div id=jp-top-panel>y</div>",
        "output-x of our own": "<b id=NAME>x</b><b id=output-output-x>y</b>",
        "__proto__ as a name": "<b id=NAME name=NAME>x</b><b id=constructor>y</b>",
        "toString as a name": "<b id=NAME class=NAME>x</b>",
    }.items()
}

_COMPONENTS = {
    "a shadow that is closed": "<div><template shadowrootmode=closed><script>PWN</script><b onclick=PWN>x</b></template></div>",
    "a shadow that can be copied": "<div><template shadowrootmode=open shadowrootclonable shadowrootserializable><img src=LOCAL onerror=PWN></template></div>",
    "a template": "<template><img src=LOCAL onerror=PWN></template><template><script>PWN</script></template>",
    "a template in a svg": "<svg><template><img src=LOCAL onerror=PWN></template></svg>",
    "an element that is another": "<b is=x-y>x</b><button is=jp-button>y</button>",
    "an element of JupyterLab's toolkit": "<jp-button onclick=PWN>x</jp-button><jp-toolbar></jp-toolbar>",
    "an anchor of JupyterLab's toolkit": "<jp-anchor href=javascript:PWN>x</jp-anchor>",
    "a slot": "<slot name=x onclick=PWN>x</slot><b slot=x>y</b>",
    "a part": "<b part=x exportparts=x>x</b>",
    "a grid of JupyterLab's toolkit": "<jp-data-grid generate-header=sticky></jp-data-grid><jp-dialog>x</jp-dialog>",
    "classes of a dialog": "<div class='jp-Dialog jp-mod-accept'><button class=jp-Dialog-button>x</button></div>",
    "classes of a menu": "<div class='lm-Widget lm-Menu lm-MenuBar jp-ThemedContainer'>x</div>",
    "classes of a notification": "<div class='Toastify__toast-container Toastify__toast'>x</div>",
    "classes of an overlay": "<div class='jp-Spinner jp-SidePanel-content lm-DockPanel-overlay jp-mod-hidden'>x</div>",
    "classes of an editor": "<div class='cm-editor cm-tooltip cm-panel CodeMirror-hint'>x</div>",
    "classes of an input": "<div class='jp-InputPrompt jp-Cell-inputWrapper jp-CodeCell'>x</div>",
    "classes of nbconvert": "<div class='prompt input_prompt output_area jp-collapser anchor-link hidden'>x</div>",
    "classes of a widget": "<div class='widget-subarea jupyter-widgets jupyter-button widget-output'>x</div>",
    "a class with a line break": "<div class='a\njp-Dialog\tlm-Menu'>x</div>",
    "a class in entities": "<div class='jp&#45;Dialog jp&hyphen;Dialog jp-Dia&#x6c;og'>x</div>",
}

ELEMENTS = (
    *family("html", "loading", _LOADING),
    *family("html", "clicked", _CLICKED),
    *family("html", "leaving", _LEAVING),
    *family("html", "clobbering", _CLOBBERING),
    *family("html", "component", _COMPONENTS),
)
