"""Problem documents by RFC 9457."""

from jobboard.formats.problem import ProblemError, problem


def test_a_problem_bears_the_phrase_of_its_status() -> None:
    assert problem(404) == {"type": "about:blank", "title": "Not Found", "status": 404}
    assert problem(799)["title"] == "Error"


def test_a_problem_names_every_fault() -> None:
    document = problem(
        400,
        "No.",
        instance="/api/v1/jobs",
        errors=[ProblemError("type", "Unknown.")],
        request_id="abc",
    )
    assert document == {
        "type": "about:blank",
        "title": "Bad Request",
        "status": 400,
        "detail": "No.",
        "instance": "/api/v1/jobs",
        "errors": [{"pointer": "type", "detail": "Unknown."}],
        "request_id": "abc",
    }
