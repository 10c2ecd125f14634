"""The partners' feed, in Indeed's dialect."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from defusedxml import ElementTree

from jobboard.formats.indeed import IndeedJob, job_types, write_jobs

AT = datetime(2027, 3, 31, 20, 59, tzinfo=UTC)

JOB = IndeedJob(
    id=7,
    title="Analyst ]]> & <b>",
    url="https://jobs.example/job/analyst-7/",
    posted_at=AT - timedelta(days=9),
    company="Centre",
    description_html="<p>a & b]]>]]></p>\x00",
    city="Istanbul",
    country="TR",
)


def written(*jobs: IndeedJob) -> bytes:
    return b"".join(write_jobs(jobs, publisher="Board", publisher_url="https://x", changed_at=AT))


def test_every_required_element_is_there_and_empty_optional_ones_are_not() -> None:
    root = ElementTree.fromstring(written(JOB))
    assert root.tag == "source"
    assert [root.findtext(name) for name in ("publisher", "publisherurl", "lastBuildDate")] == [
        "Board",
        "https://x",
        "2027-03-31T20:59:00Z",
    ]
    [job] = root.findall("job")
    assert {child.tag: child.text for child in job} == {
        "title": "Analyst ]]> & <b>",
        "date": "2027-03-22T20:59:00Z",
        "referencenumber": "7",
        "requisitionid": "7",
        "url": JOB.url,
        "company": "Centre",
        "city": "Istanbul",
        "state": None,
        "country": "TR",
        "description": "<p>a & b]]>]]></p>",
    }


def test_no_text_is_written_with_entities() -> None:
    assert b"&amp;" not in written(JOB)
    assert b"&lt;" not in written(JOB)


def test_what_is_stated_is_told() -> None:
    told = replace(
        JOB,
        reference="R-1",
        salary="€1",
        opportunity_type="internship",
        hours=("part_time",),
        contract_term="temporary",
        mode="remote",
        expires_at=AT,
    )
    [job] = ElementTree.fromstring(written(told)).findall("job")
    assert job.findtext("requisitionid") == "R-1"
    assert job.findtext("salary") == "€1"
    assert job.findtext("jobtype") == "parttime, temporary, internship"
    assert job.findtext("remotetype") == "Fully remote"
    assert job.findtext("expirationdate") == "2027-03-31T20:59:00Z"


def test_unknown_words_are_no_job_types() -> None:
    assert job_types(replace(JOB, hours=("nights",), opportunity_type="phd")) == ()


def test_a_feed_without_jobs_is_well_formed() -> None:
    assert ElementTree.fromstring(written()).findall("job") == []
