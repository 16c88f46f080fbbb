"""What may be typed can be printed: a signed document shows no empty box."""

import pytest
from fontTools.ttLib import TTFont

from core.printable import PRINTABLE
from documents.layout import fonts


@pytest.mark.parametrize(("weight", "name"), [(400, "LiberationSans-Regular.ttf"), (600, "LiberationSans-Bold.ttf")])
def test_the_fonts_of_the_documents_hold_every_character_that_may_be_typed(weight, name):
    system = next(folder / name for folder in fonts.SYSTEM_FOLDERS if (folder / name).exists())
    held = {code for path in (fonts._asset(weight), system) for code in TTFont(path).getBestCmap()}
    assert sorted(PRINTABLE - held) == []
