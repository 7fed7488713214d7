"""Links φ: from the student's objects to the teacher's inputs.

link          what a link is (subclass it for your own), and the identity
fixed         noise and dilation: nothing is learned; strokes: blur and thickness
vae           an object becomes its counterpart of its class, by a trained VAE
vae_recipe    how that VAE is trained
colours       a picture gets the colours of the teacher's, by their moments
paired        a picture becomes its pair, by a trained network
recipe        what recipes of models behind links have in common
photographs   images over photographs, for a published figure that is repeated
"""

from trainables.links.colours import ColourRecipe, ColourStatistics
from trainables.links.fixed import Dilation, FeatureNoise, Noise
from trainables.links.link import Identity, Link
from trainables.links.paired import PairedLink, PairedRecipe
from trainables.links.photographs import PhotographBlend
from trainables.links.strokes import Blur, Thickness
from trainables.links.vae import VaeLink
from trainables.links.vae_recipe import VAE_SCHEDULE, VaeRecipe

__all__ = [
    "VAE_SCHEDULE",
    "Blur",
    "ColourRecipe",
    "ColourStatistics",
    "Dilation",
    "FeatureNoise",
    "Identity",
    "Link",
    "Noise",
    "PairedLink",
    "PairedRecipe",
    "PhotographBlend",
    "Thickness",
    "VaeLink",
    "VaeRecipe",
]
