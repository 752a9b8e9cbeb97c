import pytest

from operations.exercise import Exercise


@pytest.fixture
def exercise(request, tmp_path):
    """The document that the test's module is named after: test_cloned_machine.py plays docs/operations/cloned-machine.md."""
    document = request.module.__name__.rsplit(".", 1)[-1].removeprefix("test_").replace("_", "-") + ".md"
    played = Exercise(document, tmp_path)
    yield played
    played.stop_all()
