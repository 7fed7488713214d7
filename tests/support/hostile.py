"""Names that do harm where they are shown as they are: to a page, a note, a terminal, a figure."""

TEXTS = {
    "a tag": "<b>bold</b>",
    "a script": "<script>alert(1)</script>",
    "a picture that runs": "<img src=x onerror=alert(2)>",
    "the end of the page": "</td></table></main><script>alert(3)</script>",
    "quotes": '"\' onmouseover="alert(4)" x=\'',
    "a link that runs": '<a href="javascript:alert(5)">press</a>',
    "a drawing that runs": "<svg onload=alert(6)><style>*{display:none}</style></svg>",
    "a link in Markdown": "[press](javascript:alert(7))",
    "a link after backslashes": "\\[press\\](javascript:alert(8)) \\<b>",
    "a picture in Markdown": "![seen](https://example.org/seen.png)",
    "the end of a cell": "a | b",
    "a template": "{{ 7 * 7 }}{% raw %}",
    "marks of the terminal": "[bold]big[/] [link=https://example.org]x[/link] [/nothing]",
    "an emoji's name": ":skull:",
    "half a formula": "$\\frac{1$ $x$",
    "LaTeX": "\\input{/etc/passwd}",
    "colours and a link of the terminal": "\x1b[31mred\x1b]8;;https://example.org\x07x\x1b]8;;\x07",
    "control characters": "a\x00b\x07c\x08d\x0be\x7ff\x9b31mg",
    "ends of lines": "one\r\nerror: two\u2028three\x85four",
    "another direction": "\u202egnp.exe\u202c \u2066a\u2067b\u2069 \u200f\u061c",
    "half a character": "half \ud800 of one",
    "100,000 characters": "x" * 100_000,
}
NEVER = [chr(code) for code in (*range(32), *range(127, 160)) if code != 10] + [
    *"\u061c\u200e\u200f\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ud800"
]
"""Characters that nothing shows as they are."""
