"""Whom each address is for. A new route has no tests until it stands here."""

from enum import StrEnum


class Audience(StrEnum):
    """Who may open an address; everybody else is sent to sign in, or finds nothing."""

    EVERYONE = "the same for everyone"
    VISITOR = "everyone, with a session of one's own"
    HOLDER = "whoever holds the mailed link"
    MEMBER = "signed in"
    POSTER = "signed in, and the listing is mine or my organisation's"
    MODERATOR = "moderators"
    ADMINISTRATOR = "administrators"
    DEMO = "the demo only"


AUDIENCES: dict[str, Audience] = {
    "api.docs": Audience.EVERYONE,
    "api.home": Audience.EVERYONE,
    "api.job": Audience.EVERYONE,
    "api.jobs": Audience.EVERYONE,
    "api.openapi": Audience.EVERYONE,
    "api.organisation": Audience.EVERYONE,
    "api.organisations": Audience.EVERYONE,
    "api.taxonomies": Audience.EVERYONE,
    "auth.account": Audience.MEMBER,
    "auth.change_password": Audience.MEMBER,
    "auth.confirm": Audience.HOLDER,
    "auth.end_browser": Audience.MEMBER,
    "auth.end_other_browsers": Audience.MEMBER,
    "auth.lost_password": Audience.VISITOR,
    "auth.lost_password_sent": Audience.VISITOR,
    "auth.register": Audience.VISITOR,
    "auth.registered": Audience.VISITOR,
    "auth.rename": Audience.MEMBER,
    "auth.reset_password": Audience.HOLDER,
    "auth.sign_in": Audience.VISITOR,
    "auth.sign_out": Audience.VISITOR,
    "dashboard.act": Audience.POSTER,
    "dashboard.edit": Audience.POSTER,
    "dashboard.index": Audience.MEMBER,
    "dashboard.show": Audience.POSTER,
    "dashboard.submit": Audience.POSTER,
    "feeds.deadlines": Audience.EVERYONE,
    "feeds.description": Audience.EVERYONE,
    "feeds.partners": Audience.EVERYONE,
    "feeds.robots": Audience.EVERYONE,
    "feeds.search": Audience.EVERYONE,
    "feeds.sitemap_index": Audience.EVERYONE,
    "feeds.sitemap_jobs": Audience.EVERYONE,
    "feeds.sitemap_organisations": Audience.EVERYONE,
    "feeds.sitemap_pages": Audience.EVERYONE,
    "listings.apply_closed": Audience.EVERYONE,
    "listings.calendar": Audience.EVERYONE,
    "listings.home": Audience.EVERYONE,
    "listings.index": Audience.EVERYONE,
    "listings.item": Audience.EVERYONE,
    "listings.show": Audience.EVERYONE,
    "listings.show_apply": Audience.EVERYONE,
    "moderation.decide": Audience.MODERATOR,
    "moderation.decide_edit": Audience.MODERATOR,
    "moderation.edits": Audience.MODERATOR,
    "moderation.log": Audience.MODERATOR,
    "moderation.queue": Audience.MODERATOR,
    "moderation.show": Audience.MODERATOR,
    "moderation.show_edit": Audience.MODERATOR,
    "organisations.index": Audience.EVERYONE,
    "organisations.show": Audience.EVERYONE,
    "pages.about": Audience.EVERYONE,
    "pages.contact": Audience.EVERYONE,
    "pages.dismiss_notice": Audience.EVERYONE,
    "pages.healthz": Audience.EVERYONE,
    "pages.mailbox": Audience.DEMO,
    "pages.mailbox_html": Audience.DEMO,
    "pages.mailbox_letter": Audience.DEMO,
    "pages.mailbox_messages": Audience.DEMO,
    "pages.metrics": Audience.EVERYONE,
    "pages.notice_dismissed": Audience.EVERYONE,
    "pages.privacy": Audience.EVERYONE,
    "pages.readyz": Audience.EVERYONE,
    "pages.style_guide": Audience.EVERYONE,
    "pages.terms": Audience.EVERYONE,
    "posting.act": Audience.HOLDER,
    "posting.autosave": Audience.MEMBER,
    "posting.confirm": Audience.HOLDER,
    "posting.edit": Audience.HOLDER,
    "posting.manage": Audience.HOLDER,
    "posting.preview_description": Audience.VISITOR,
    "posting.sent": Audience.VISITOR,
    "posting.write_listing": Audience.VISITOR,
    "static": Audience.EVERYONE,
}
