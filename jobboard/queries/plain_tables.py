"""Listings and organisations as plain tables, for the statements of lists and listings' pages.

Such a statement is put together once and its rows are no objects of a session: building both anew
for each request was half of what those pages cost.
"""

from sqlalchemy import outerjoin

from jobboard.models.listing import Listing
from jobboard.models.organisation import Organisation

LISTING, ORGANISATION = Listing.__table__.c, Organisation.__table__.c
LISTING_WITH_ORGANISATION = outerjoin(
    Listing.__table__, Organisation.__table__, ORGANISATION.id == LISTING.organisation_id
)
