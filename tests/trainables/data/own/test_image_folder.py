import pytest
import torch
from own_data import pictures
from PIL import Image
from torch.nn import functional
from torchvision import datasets
from torchvision.transforms import v2

from trainables.data.own import ImageFolder
from trainables.data.task import Classes

EXIF_ORIENTATION = 0x0112


def images(domain):
    """Uint8 [n, C, H, W]."""
    return domain.load().train.pixels.view(-1, *domain.shape)


@pytest.mark.parametrize("suffix", ["png", "jpg", "bmp", "webp", "gif", "ppm", "tiff"])
def test_pictures_are_those_that_torchvision_reads(tmp_path, suffix):
    folder = pictures(tmp_path / "photos", classes=("b", "a", "c"), each=3, suffix=suffix)
    domain = ImageFolder(folder, small=3, test_size=3)
    transform = v2.PILToTensor()
    theirs = datasets.ImageFolder(
        folder, transform, is_valid_file=lambda path: path.endswith(suffix)
    )
    assert domain.task == Classes(names=("a", "b", "c"))
    assert domain.shape == (3, 5, 4)
    assert torch.equal(images(domain), torch.stack([picture for picture, _ in theirs]))
    assert domain.load().train.labels.tolist() == theirs.targets


def test_grey_pictures_have_one_channel(tmp_path):
    folder = pictures(tmp_path / "photos", mode="L")
    colour, grey = (ImageFolder(folder, test_size=4, grey=grey) for grey in (False, True))
    assert (colour.shape, grey.shape) == ((3, 5, 4), (1, 5, 4))
    assert torch.equal(images(colour), images(grey).expand(-1, 3, -1, -1))
    red = pictures(tmp_path / "red")
    luma = (
        images(ImageFolder(red, test_size=4))
        .double()
        .mul(torch.tensor([0.299, 0.587, 0.114], dtype=torch.float64).view(3, 1, 1))
    )
    gap = images(ImageFolder(red, test_size=4, grey=True)).squeeze(1) - luma.sum(1)
    assert gap.abs().max() <= 1


@pytest.mark.parametrize("size", [(3, 2), (8, 16), (11, 4)])
def test_resizing_is_bilinear_and_antialiased(tmp_path, size):
    folder = pictures(tmp_path / "photos", size=(11, 9))
    domain = ImageFolder(folder, test_size=4, size=size)
    plain = images(ImageFolder(folder, test_size=4)).float()
    wanted = functional.interpolate(plain, size, mode="bilinear", antialias=True)
    assert domain.shape == (3, *size)
    assert (images(domain) - wanted).abs().max() <= 1.01  # Pillow rounds in between


def test_pictures_of_several_sizes_become_one(tmp_path):
    folder = pictures(tmp_path / "photos", size=(11, 9))
    pictures(tmp_path / "others", size=(4, 7))
    (tmp_path / "others" / "cat").rename(folder / "eel")
    assert images(ImageFolder(folder, test_size=4, size=(6, 5))).shape == (30, 3, 6, 5)


def test_what_is_transparent_is_white(tmp_path):
    folder = pictures(tmp_path / "photos")
    seen = Image.new("RGBA", (4, 5), (200, 0, 0, 255))
    seen.putpixel((1, 2), (7, 7, 7, 0))
    seen.putpixel((3, 4), (0, 0, 0, 51))
    seen.save(folder / "cat" / "000.png")
    first = images(ImageFolder(folder, test_size=4))[0]
    assert first[:, 0, 0].tolist() == [200, 0, 0]
    assert first[:, 2, 1].tolist() == [255, 255, 255]
    assert first[:, 4, 3].tolist() == [204, 204, 204]  # a fifth of black


def test_photographs_stand_as_they_were_taken(tmp_path):
    folder = pictures(tmp_path / "photos", size=(4, 4))
    picture = Image.open(folder / "cat" / "000.png").copy()
    exif = Image.Exif()
    exif[EXIF_ORIENTATION] = 6  # turned by a quarter, clockwise, to be seen
    picture.save(folder / "cat" / "000.png", exif=exif)
    upright = v2.functional.pil_to_tensor(picture).rot90(-1, (1, 2))
    assert torch.equal(images(ImageFolder(folder, test_size=4))[0], upright)


def test_a_test_folder_is_the_test_set(tmp_path):
    pictures(tmp_path / "photos" / "train", each=6)
    pictures(tmp_path / "photos" / "test", each=3)
    domain = ImageFolder(tmp_path / "photos", small=4)
    assert domain.task == Classes(names=("cat", "dog"))
    assert domain.split_sizes == {"Train": 12, "Big": 8, "Small": 4, "Test": 6}
    assert domain.test(0).labels.tolist() == [0, 0, 0, 1, 1, 1]
    alone = ImageFolder(tmp_path / "photos" / "test", small=2, test_size=2)
    assert torch.equal(domain.test(0).pixels, alone.load().train.pixels)


def test_hidden_and_other_files_do_not_count(tmp_path):
    folder = pictures(tmp_path / "photos")
    before = ImageFolder(folder, test_size=4)
    for name in (".DS_Store", "cat/Thumbs.db", "cat/.hidden.png", "README.txt"):
        (folder / name).write_text("nothing to see")
    pictures(folder, classes=(".git",))
    assert ImageFolder(folder, test_size=4) == before
    nested = folder / "cat" / "kittens"
    nested.mkdir()
    (folder / "cat" / "000.png").rename(nested / "zero.PNG")
    after = ImageFolder(folder, test_size=4)
    assert after.facts.counts == (10, 10)
    assert after != before


def test_classes_of_unlike_sizes_are_uneven(tmp_path):
    folder = pictures(tmp_path / "photos", classes=("many",), each=16)
    pictures(folder, classes=("few",), each=10)
    domain = ImageFolder(folder, test_size=4)
    assert domain.task == Classes(names=("few", "many"), even=False)
    (folder / "many" / "015.png").unlink()
    assert ImageFolder(folder, test_size=4).task.even
