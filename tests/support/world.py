"""A small board with everybody on it: what tests of all pages at once walk through.

Alice posts for the Centre, Bob is her colleague, Charlie a stranger, Maryam moderates, Ada
administers; there is a listing in every state, one of a guest, and a changed text that waits.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, text

from jobboard import clock, history, links
from jobboard import content as contents
from jobboard.db import db
from jobboard.domain.listing import Status, Verb
from jobboard.domain.taxonomy import ApplyMethod
from jobboard.mail import messages
from jobboard.models.event import ActorKind
from jobboard.models.login_session import LoginSession
from jobboard.models.message import Message
from jobboard.models.old_address import OldAddress
from jobboard.models.one_time_link import Purpose
from jobboard.models.organisation import Membership, Role
from jobboard.models.revision import Revision
from tests.support.listings import listing, written
from tests.support.people import PASSWORD, person

#: Addresses that must never be read by the public.
APPLY_EMAIL = "secret-applications@grand.example"
GUEST = "secret-guest@think.example"


@dataclass(frozen=True)
class World:
    """What stands on the board: ids, slugs and tokens to fill addresses with."""

    now: datetime
    live_id: int
    live_slug: str
    by_mail_slug: str
    organisation_id: int
    organisation_slug: str
    revision_id: int
    message_id: int
    user_id: int
    login_id: int
    membership_id: int
    ids: dict[Status, int]
    slugs: dict[Status, str]
    guest_token: str
    confirm_token: str
    reset_token: str


def build(app: Flask) -> World:
    """Fill an application's empty database."""
    secret = str(app.config["SECRET_KEY"])
    with app.app_context():
        session, now = db.session, clock.now()
        alice = person(session, "alice")
        bob = person(session, "bob")
        person(session, "charlie")
        maryam = person(session, "maryam", is_moderator=True)
        ada = person(session, "ada", is_administrator=True)
        rows = {
            status: listing(
                session, status, poster=alice, now=now, title=f"Analyst whose listing is {status}"
            )
            for status in Status
        }
        live = rows[Status.PUBLISHED]
        by_mail = listing(
            session,
            poster=alice,
            now=now,
            title="Analyst who is asked by mail",
            apply_method=ApplyMethod.EMAIL,
            apply_email=APPLY_EMAIL,
            apply_url="",
        )
        membership = Membership(
            organisation_id=live.organisation_id, user=bob, role=Role.EDITOR, created_at=now
        )
        revision = Revision(
            listing=live,
            content=contents.to_json(
                written(title="Analyst whose text waits", apply_by=live.apply_by)
            ),
            created_at=now,
        )
        guests = listing(
            session, Status.DRAFT, now=now, title="Analyst of a guest", poster_email=GUEST
        )
        manage = links.issue(
            session,
            Purpose.LISTING_MANAGE,
            secret=secret,
            now=now,
            email=GUEST,
            listing=guests,
        )
        confirm, reset = (
            links.issue(
                session,
                purpose,
                secret=secret,
                now=now,
                email=bob.email,
                user=bob,
                expires_at=now + timedelta(hours=1),
            )
            for purpose in (Purpose.ADDRESS_CONFIRM, Purpose.PASSWORD_RESET)
        )
        login = LoginSession(
            token_hash="0" * 64,
            user=bob,
            created_at=now,
            expires_at=now + timedelta(days=1),
            device="Firefox, Linux",
        )
        session.add_all([membership, revision, login])
        session.add(OldAddress(address="/job/former-address/", listing_id=live.id))
        history.record(live, Verb.APPROVE, actor=ActorKind.MODERATOR, by=maryam, at=now)
        messages.listing_posted(live, at=now)
        session.commit()
        message_id = session.scalars(select(func.max(Message.id))).one()
        organisation = live.organisation
        assert organisation is not None
        return World(
            now=now,
            live_id=live.id,
            live_slug=live.slug,
            by_mail_slug=by_mail.slug,
            organisation_id=organisation.id,
            organisation_slug=organisation.slug,
            revision_id=revision.id,
            message_id=int(message_id),
            user_id=ada.id,
            login_id=login.id,
            membership_id=membership.id,
            ids={status: row.id for status, row in rows.items()},
            slugs={status: row.slug for status, row in rows.items()},
            guest_token=links.token_of(manage, secret),
            confirm_token=links.token_of(confirm, secret),
            reset_token=links.token_of(reset, secret),
        )


def signed_in(app: Flask, name: str) -> FlaskClient:
    """A browser in which one of the people of `build` is signed in."""
    client = app.test_client()
    answer = client.post("/login/", data={"email": f"{name}@think.example", "password": PASSWORD})
    assert answer.status_code == 303, answer.text
    return client


def everything(app: Flask) -> dict[str, list[str]]:
    """Every row of every table, as text."""
    with app.app_context():
        rows = {
            name: sorted(
                str(tuple(row)) for row in db.session.execute(text(f'SELECT * FROM "{name}"'))
            )
            for name in db.metadata.tables
        }
        db.session.rollback()
    return rows
