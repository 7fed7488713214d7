"""A figure as SVG: an element of an HTML page that follows its colours, or a file of its own.

On a page its colours are the page's, light or dark (analysis.pages), by name; it has a title, a
description and the role of an image. What `hover` was told of a mark is shown under the pointer.
"""

import io
import re
import xml.etree.ElementTree as ET
from collections.abc import Sequence

from matplotlib.artist import Artist
from matplotlib.figure import Figure

SVG = "http://www.w3.org/2000/svg"
ET.register_namespace("", SVG)
ET.register_namespace("xlink", "http://www.w3.org/1999/xlink")
HOVER, BETWEEN = "hover:", " ¦ "
DRAWN_ANEW = re.compile(r"[A-Za-z0-9.]+_\d+")  # ids that Matplotlib counts up, without use
FONTS = "'DejaVu Sans', Verdana, sans-serif"  # Verdana has the same widths


def hover(artist: Artist, *texts: str) -> None:
    """Say what a mark means where the pointer rests on it; of several marks, one text for each."""
    artist.set_gid(HOVER + BETWEEN.join(texts))


def plain(figure: Figure) -> str:
    """A file's content; the same figure gives the same text."""
    root = _parsed(figure)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(root, "unicode")


def on_a_page(
    figure: Figure, name: str, title: str, description: str, colours: dict[str, str]
) -> str:
    """One <svg> element, whose name is that of no other; colours: names in CSS, by "#rrggbb"."""
    root = _parsed(figure)
    for size in ("width", "height", "version"):
        root.attrib.pop(size, None)
    root.attrib |= {"role": "img", "aria-labelledby": f"{name}-title {name}-description"}
    for place, (tag, text) in enumerate((("title", title), ("desc", description))):
        said = ET.Element(
            f"{{{SVG}}}{tag}", {"id": f"{name}-{tag.replace('desc', 'description')}"}
        )
        said.text = text
        root.insert(place, said)
    for element in root.iter():
        if style := element.get("style"):
            element.set("style", _named(style, colours))
    return ET.tostring(root, "unicode")


def _parsed(figure: Figure) -> ET.Element:
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", metadata={"Date": None})
    text = buffer.getvalue()
    root = ET.fromstring(text[text.index("<svg") :])
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag.endswith("}metadata"):
                parent.remove(child)
        named = parent.get("id", "")
        if named.startswith(HOVER):
            del parent.attrib["id"]
            _tell(parent, named.removeprefix(HOVER).split(BETWEEN))
        elif DRAWN_ANEW.fullmatch(named):
            del parent.attrib["id"]
        if style := parent.get("style"):
            parent.set("style", style.replace("'DejaVu Sans'", FONTS))
    return root


def _tell(group: ET.Element, texts: Sequence[str]) -> None:
    """Titles for the marks of a group, or one for all of it."""
    marks = list(group.iter(f"{{{SVG}}}use"))
    told = marks if len(marks) == len(texts) else [group] if len(texts) == 1 else []
    for mark, text in zip(told, texts, strict=False):
        title = ET.Element(f"{{{SVG}}}title")
        title.text = text
        mark.insert(0, title)


def _named(style: str, colours: dict[str, str]) -> str:
    return re.sub(r"#[0-9a-f]{6}", lambda found: colours.get(found[0], found[0]), style)
