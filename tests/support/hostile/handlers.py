"""Attributes that hold code: each handler that a browser knows, on an element where it can be provoked."""

from __future__ import annotations

from monty_kernel.sanitize import words

from .case import family

_ANYWHERE = sorted(
    words("""onabort onanimationcancel onanimationend onanimationiteration onauxclick onbeforecopy onbeforecut onbeforeinput onbeforematch
    onbeforepaste onbeforexrselect onblur oncancel oncanplay onclick onclose oncommand oncontentvisibilityautostatechange oncontextlost
    oncontextmenu oncopy oncuechange oncut ondblclick ondrag ondragend ondragenter ondragleave ondragover ondragstart ondrop onfocus
    onfocusin onfocusout onformdata onfullscreenchange ongotpointercapture oninput oninvalid onkeydown onkeypress onkeyup onlostpointercapture
    onmousedown onmouseenter onmouseleave onmousemove onmouseout onmouseover onmouseup onmousewheel onpaste onpointercancel onpointerdown
    onpointerenter onpointermove onpointerout onpointerover onpointerrawupdate onpointerup onreset onresize onscroll onscrollend
    onscrollsnapchange onscrollsnapchanging onsearch onsecuritypolicyviolation onselect onselectionchange onselectstart onslotchange
    onsubmit ontouchcancel ontouchend ontouchmove ontouchstart ontransitioncancel ontransitionrun ontransitionstart onwebkitanimationend
    onwebkittransitionend onwheel""")
)

_OF_ELEMENTS = {
    "onloadstart of audio": "<audio src=data:audio/wav, onloadstart=PWN></audio>",
    "onerror of audio": "<audio src=data:audio/wav, onerror=PWN></audio>",
    "onloadstart of video": "<video src=data:video/mp4, onloadstart=PWN></video>",
    "onsuspend of video": "<video src=data:video/mp4, onsuspend=PWN onemptied=PWN onstalled=PWN></video>",
    "onload of a frame": "<iframe onload=PWN></iframe>",
    "onload of a style sheet": "<style onload=PWN>b{color:red}</style>",
    "onerror of a style sheet": "<style onload=PWN onerror=PWN>@import 'data:text/css,x';</style>",
    "onload of a link": "<link rel=stylesheet href=data:text/css, onload=PWN>",
    "onerror of a script": "<script src=data:, onerror=PWN></script>",
    "onload of an object": "<object data=data:text/plain,x onload=PWN></object>",
    "onerror of an object": "<object data=LOCAL onerror=PWN></object>",
    "onload of an embed": "<embed src=data:text/plain,x onload=PWN>",
    "onerror of a picture's image": "<picture><source srcset=LOCAL><img onerror=PWN></picture>",
    "onerror of a set of images": "<img srcset=LOCAL onerror=PWN>",
    "onerror of an input's image": "<input type=image src=LOCAL onerror=PWN>",
    "onload of a body": "<body onload=PWN onpageshow=PWN onhashchange=PWN onfocus=PWN onresize=PWN>",
    "onload of a body within": "<div><body onload=PWN onmessage=PWN onfocus=PWN></div>",
    "onload of frames": "<frameset onload=PWN><frame src=data:,></frameset>",
    "onstart of a marquee": "<marquee onstart=PWN onbounce=PWN onfinish=PWN>x</marquee>",
    "onmouseover of a marquee": "<marquee onmouseover=PWN>x</marquee>",
    "ontoggle of a popover": "<div popover id=p ontoggle=PWN onbeforetoggle=PWN>x</div><button popovertarget=p>x</button>",
    "ontoggle of details that are clicked": "<details ontoggle=PWN><summary>x</summary>y</details>",
    "oncommand of a dialog": "<dialog id=d oncommand=PWN oncancel=PWN onclose=PWN>x</dialog><button commandfor=d command=show-modal>x</button>",
    "oncancel of an open dialog": "<dialog open onmouseover=PWN>x</dialog>",
    "onfocus of a link": "<a href='#' onfocus=PWN>x</a>",
    "onfocus of a select": "<select autofocus onfocus=PWN><option>x</select>",
    "onfocus of a textarea": "<textarea autofocus onfocus=PWN></textarea>",
    "onfocus of an editable element": "<p contenteditable autofocus onfocus=PWN>x</p>",
    "onfocus of an area": "<map name=m><area href='#' shape=default onfocus=PWN></map><img usemap='#m'>",
    "onfocus of a summary": "<details><summary onfocus=PWN>x</summary></details>",
    "onfocus of a svg link": "<svg><a href='#' onfocus=PWN><text y=9>x</text></a></svg>",
    "oninput of a range": "<input type=range oninput=PWN onchange=PWN onmousemove=PWN>",
    "onsubmit of a form": "<form onsubmit=PWN><button>x</button></form>",
    "onreset of a form": "<form onreset=PWN><button type=reset>x</button></form>",
    "onformdata of a form": "<form onformdata=PWN action='#'><input name=a><button>x</button></form>",
    "oninvalid of an input": "<form><input required oninvalid=PWN><button>x</button></form>",
    "onslotchange of a slot": "<div><template shadowrootmode=open><slot onslotchange=PWN></slot></template>x</div>",
    "onanimationend of the page's animation": "<b style='animation:jp-x .01s' onanimationend=PWN onanimationstart=PWN>x</b>",
    "onbegin of a set": "<svg><set onbegin=PWN onend=PWN attributeName=x to=1 dur=.01s /></svg>",
    "onrepeat of an animation": "<svg><animate onrepeat=PWN attributeName=x dur=.01s repeatCount=2 /></svg>",
    "onload of an image in svg": "<svg><image href='data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA=' onload=PWN /></svg>",
    "onload of a use": "<svg><g id=g></g><use href='#g' onload=PWN /></svg>",
    "onclick in a foreign object": "<svg><foreignObject><b onclick=PWN>x</b></foreignObject></svg>",
    "onclick in mathematics": "<math><mi onclick=PWN>x</mi></math>",
    "onmouseover in mathematics": "<math><maction actiontype=toggle onmouseover=PWN><mi>x</mi><mi>y</mi></maction></math>",
    "onclick of an unknown element": "<x-y onclick=PWN tabindex=0>x</x-y>",
    "onclick of an element with a prefix": "<svg:b onclick=PWN>x</svg:b>",
}

_SPELLINGS = {
    "in capitals": "<b ONCLICK=PWN>x</b>",
    "after a slash": "<b/onclick=PWN>x</b>",
    "after many slashes": "<b////onclick=PWN>x</b>",
    "after a form feed": "<b\x0conclick=PWN>x</b>",
    "after a line break": "<b\nonclick\n=\nPWN>x</b>",
    "after a quotation mark": "<b a=''onclick=PWN>x</b>",
    "after a lone quotation mark": '<b "onclick=PWN>x</b>',
    "after an equals sign": "<b =onclick=PWN>x</b>",
    "after an equals sign with a value": "<b ='x'onclick=PWN>x</b>",
    "as a second value": "<b title=a title=b onclick=PWN onclick=1>x</b>",
    "in an end tag's attributes": "<b></b onclick=PWN><b onclick=PWN>x</b>",
    "in entities": "<b onclick=&#112;&#119;ned&lpar;NUMBER&rpar;>x</b>",
    "with a NUL within": "<b on\x00click=PWN onclick\x00=PWN>x</b>",
    "with a soft hyphen within": "<b on\u00adclick=PWN\u00ad onclick=PWN>x</b>",
    "after a tag's name that is not ASCII": "<b\u212a onclick=PWN>x</b>",
    "after a less-than sign": "<b <onclick=PWN>x</b>",
    "in a tag that never ends": "<b onclick=PWN <i>x</i>",
    "with a line separator": "<b\u2028onclick=PWN>x</b>",
    "with a no-break space": "<b\u00a0onclick=PWN onclick\u00a0=PWN>x</b>",
    "in an attribute of an attribute": "<b title='<b onclick=PWN>' onclick=PWN>x</b>",
}

HANDLERS = (
    *family("html", "handler", {name: f"<b {name}=PWN tabindex=0>x</b>" for name in _ANYWHERE}),
    *family("html", "handler", _OF_ELEMENTS),
    *family("html", "handler spelt", _SPELLINGS),
)
