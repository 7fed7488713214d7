"""The fonts of printed digits and letters: 64 families of fontsource's packages, their licences.

All are free to use, to change and to pass on: under the SIL Open Font License 1.1, or the Apache
License 2.0. What is drawn with them is bound by neither.
"""

from typing import NamedTuple

from trainables.data.rendered.parts import Part

VERSION = "5.3.0"  # of every package @fontsource/...
OFL, APACHE = "OFL-1.1", "Apache-2.0"
SANS, SERIF, MONO = "sans", "serif", "mono"  # kinds of families: printed,
HAND, SCRIPT = "hand", "script"  # and as if written: letters apart, or joined


class Family(NamedTuple):
    """Fonts of one design.

    styles: of its files, the plain one first: weights, an i with those that are italic.
    sha256: the first half of it, of these files one after the other.
    """

    name: str
    kind: str
    licence: str
    styles: str
    sha256: str

    @property
    def part(self) -> Part:
        """Its files: Latin letters, digits and signs alone."""
        files = []
        for style in self.styles.split():
            slant = "italic" if style.endswith("i") else "normal"
            files.append(f"files/{self.name}-latin-{style.rstrip('i')}-{slant}.woff")
        return Part(f"@fontsource/{self.name}@{VERSION}", tuple(files), self.sha256)


FAMILIES = (
    Family("abel", SANS, OFL, "400", "5761d9272220c9ad8ce5e2085e8536d3"),
    Family("anton", SANS, OFL, "400", "8b71c21962cd08b95fc2186386b121d8"),
    Family("archivo-narrow", SANS, OFL, "400 700 400i", "786ce79f1d67cb41fbefad53420db8f6"),
    Family("audiowide", SANS, OFL, "400", "eea4fbef723737d9c9f02ac1dadb23a8"),
    Family("barlow", SANS, OFL, "400 300 700 400i", "db6e80a68db1fda1a2c969bc0f32faad"),
    Family("bebas-neue", SANS, OFL, "400", "144f4a2feb4f333e5960703ef6a09bfe"),
    Family("cabin", SANS, OFL, "400 700 400i", "3f68baab2045ed91ad440fad9835958f"),
    Family("comfortaa", SANS, OFL, "400 300 700", "a64bc7834f6841f1dd6fdbd294c59802"),
    Family("dosis", SANS, OFL, "400 300 700", "2584a86dfe4eda97f93c7970690b9e9d"),
    Family("josefin-sans", SANS, OFL, "400 300 700 400i", "0e03ee384ba116a3a53e944fe9bc83fc"),
    Family("karla", SANS, OFL, "400 300 700 400i", "a5317d94297b1db9dadf70d75d1e2da7"),
    Family("lato", SANS, OFL, "400 300 700 400i", "05c7745c37c227e1148b36c02460398d"),
    Family("nunito", SANS, OFL, "400 300 700 400i", "7c6d0104dc76e8ca826f3ddeb1f214aa"),
    Family("oswald", SANS, OFL, "400 300 700", "5b9d8e9099e73c9a0fb258992dc0ad82"),
    Family("pt-sans", SANS, OFL, "400 700 400i", "2ff907e077c54cfe65317e6339c582d4"),
    Family("quicksand", SANS, OFL, "400 300 700", "fd20699150544e03758c188b9719bec9"),
    Family("rajdhani", SANS, OFL, "400 300 700", "68ec8b7af102f6df9b0f0dbfda56e7ae"),
    Family("righteous", SANS, OFL, "400", "1dcf531a0c30d67e0949da9d6a159b9c"),
    Family("roboto", SANS, OFL, "400 300 700 400i", "78aeb5de836c018bf4fc10da2977a720"),
    Family("titillium-web", SANS, OFL, "400 300 700 400i", "9540c3c8f7c1abf3cacc42b2eb01bdd8"),
    Family("varela-round", SANS, OFL, "400", "747787b32fcbb867a4e9594a14d7d36a"),
    Family("work-sans", SANS, OFL, "400 300 700 400i", "4fcdf8328d7b51ee42cfec1d7c57d9c1"),
    Family("abril-fatface", SERIF, OFL, "400", "1ba2926a3629847973ed87f4e5d8a960"),
    Family("arvo", SERIF, OFL, "400 700 400i", "ede19090299045d390b57f4bf90a3ab3"),
    Family("bitter", SERIF, OFL, "400 300 700 400i", "b3104b216a11cec07fed6fd7afdcb785"),
    Family("caladea", SERIF, OFL, "400 700 400i", "c45f61b3bf8dc7e2e658c5692d782468"),
    Family(
        "cormorant-garamond", SERIF, OFL, "400 300 700 400i", "e869631540df659a6e3f6b212fac6ce9"
    ),
    Family("crimson-text", SERIF, OFL, "400 700 400i", "a652f931e6fff322f0822ab688070c19"),
    Family("gelasio", SERIF, OFL, "400 700 400i", "af1c406cd2585af3e42cd862ccf219bb"),
    Family("libre-baskerville", SERIF, OFL, "400 700 400i", "5e79a5bb08677d9e1a19feee75492919"),
    Family("lora", SERIF, OFL, "400 700 400i", "7b153d69eff969c5c957db09df558a3c"),
    Family("old-standard-tt", SERIF, OFL, "400 700 400i", "56d69691cdf512af04729792636e1fb8"),
    Family("playfair-display", SERIF, OFL, "400 700 400i", "90f139b0ad334fafd0f10f843cf69b98"),
    Family("pt-serif", SERIF, OFL, "400 700 400i", "d8dde68980beeb7083e46c7fa6dffbf0"),
    Family("special-elite", SERIF, APACHE, "400", "7df45f6160a8637988d6a8d436cce60d"),
    Family("spectral", SERIF, OFL, "400 300 700 400i", "88eb454b7e4bcb12719a631f382c4244"),
    Family("tinos", SERIF, OFL, "400 700 400i", "6b80a6a32022769974dd8669e1a3e30c"),
    Family("zilla-slab", SERIF, OFL, "400 300 700 400i", "2f1ae12daa9098879056531a5c82ba17"),
    Family("anonymous-pro", MONO, OFL, "400 700 400i", "595d0eb4b4c548fc3c10deea0f4acd61"),
    Family("courier-prime", MONO, OFL, "400 700 400i", "91cabe6d52d4bbba89442fa5a25b83af"),
    Family("cousine", MONO, OFL, "400 700 400i", "06454479866678fa76045da260147149"),
    Family("ibm-plex-mono", MONO, OFL, "400 300 700 400i", "809fad7cb4405f234f6a6b4138137bf3"),
    Family("inconsolata", MONO, OFL, "400 300 700", "1b4f74080ffa80c7eea17a9482ac949d"),
    Family("share-tech-mono", MONO, OFL, "400", "e1ea9d99c09ce6e9fcc9f38e21d6dd0e"),
    Family("space-mono", MONO, OFL, "400 700 400i", "a79b3cd839462fe6684c9ae3f20f5c4b"),
    Family("vt323", MONO, OFL, "400", "4bf46256dbaa7b6531febc80268b117f"),
    Family("architects-daughter", HAND, OFL, "400", "0249dd5f81431dbf8a8406996c43f801"),
    Family("bad-script", HAND, OFL, "400", "07202e03862cf10af6c0a9f5cfce39ef"),
    Family("caveat", HAND, OFL, "400 700", "e3d980ae156fe8b1e87d86a79241d23e"),
    Family("gloria-hallelujah", HAND, OFL, "400", "31e7def8cf155d4dcc98216517ad5099"),
    Family("gochi-hand", HAND, OFL, "400", "82a4149218f2edccef96d2b0ed5bf92a"),
    Family("indie-flower", HAND, OFL, "400", "2cf7154e899ad16246196238d6d13f01"),
    Family("kalam", HAND, OFL, "400 300 700", "03506908de51cd80b87502556cd27f3d"),
    Family("neucha", HAND, OFL, "400", "b0c09e2ecd7d760fb997f926f2d15e53"),
    Family("patrick-hand", HAND, OFL, "400", "0f7031f6665437e04d6f354c5f64d6ae"),
    Family("permanent-marker", HAND, APACHE, "400", "ab8ac2bb72d48e089e37d8eefbacdfe2"),
    Family("schoolbell", HAND, APACHE, "400", "a448b8f4209a8ca16adc48753170f40a"),
    Family("shadows-into-light", HAND, OFL, "400", "93cff8110a18bb3e1fb0179c95f706ed"),
    Family("courgette", SCRIPT, OFL, "400", "8cacc9a075ce6f2c68e0689b1be99237"),
    Family("dancing-script", SCRIPT, OFL, "400 700", "6b51fb6d3f9a49fd304a93d83a26bdda"),
    Family("lobster", SCRIPT, OFL, "400", "256deab80b17190f594a7daa66c58373"),
    Family("marck-script", SCRIPT, OFL, "400", "c26db9210c0b2823550e11baaeb2b6d2"),
    Family("pacifico", SCRIPT, OFL, "400", "4fd3a495c0b99e9279bc36da2bc82d82"),
    Family("satisfy", SCRIPT, APACHE, "400", "5d08f3999955e4cc4eb26cc27496751a"),
)
