"""What the machine gives today: the plainest pages that Flask can serve, on the board's server.

    PORT=8000 python -m benchmarks.floors bare|cards

``bare`` is one view that returns a constant 20 kB body. ``cards`` renders a page of 20 cards of
plain dicts with Jinja2: what a board costs that has neither a database nor a search.
"""

import os
import sys

from flask import Flask, render_template
from jinja2 import DictLoader

from jobboard.cli import web

_BODY_BYTES = 20_000

_PAGE = """<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{{ title }}</title>
<link rel="stylesheet" href="{{ url_for('static', filename='board.css') }}"></head><body>
<header><nav><ul>{% for name, href in menu %}<li><a href="{{ href }}">{{ name }}</a></li>
{% endfor %}</ul></nav></header><main><h1>{{ title }}</h1>
{% for card in cards %}<article class="card"><div class="card__logo">{{ card.initials }}</div>
<h3 class="card__title"><a href="{{ url_for('show', slug=card.slug) }}">{{ card.title }}</a></h3>
<p class="card__organisation"><a href="{{ card.organisation_url }}">{{ card.organisation }}</a>
{% if card.is_verified %}<span class="verified">Verified</span>{% endif %}</p>
<ul class="card__facts">{% for fact in card.facts %}<li>{{ fact }}</li>{% endfor %}
{% if card.pay %}<li class="card__pay">{{ card.pay }}</li>{% endif %}</ul>
<p class="card__summary">{{ card.summary|truncate(300) }}</p>
<p class="card__deadline"><time datetime="{{ card.ends_at }}">{{ card.closes }}</time></p></article>
{% endfor %}</main><aside>{% for group in facets %}<fieldset><legend>{{ group.name }}</legend>
{% for value in group["values"] %}<label>
<input type="checkbox" name="{{ group.name }}" value="{{ value.word }}">
{{ value.label }} <span class="count">{{ value.count }}</span></label>{% endfor %}</fieldset>
{% endfor %}</aside><footer><p>{{ title }}</p></footer></body></html>"""


def bare() -> Flask:
    """Return an application that returns a constant."""
    app = Flask("bare")
    body = b"x" * _BODY_BYTES

    @app.get("/")
    def index() -> bytes:
        return body

    return app


def cards() -> Flask:
    """Return an application that renders 20 cards of dicts."""
    app = Flask("cards")
    # By name, as pages are: a template given as a string would be compiled anew at each request.
    app.jinja_loader = DictLoader({"cards.html": _PAGE})
    shown = [_card(number) for number in range(20)]
    facets = [
        {
            "name": f"facet{group}",
            "values": [
                {"word": f"w{one}", "label": f"Value number {one}", "count": one * 7}
                for one in range(8)
            ],
        }
        for group in range(5)
    ]
    menu = [("Jobs", "/jobs/"), ("Organisations", "/organisations/"), ("Post", "/post-a-job/")]

    @app.get("/")
    def index() -> str:
        return render_template("cards.html", title="Jobs", cards=shown, facets=facets, menu=menu)

    @app.get("/job/<slug>/")
    def show(slug: str) -> str:
        return slug

    return app


def _card(number: int) -> dict[str, object]:
    return {
        "slug": f"senior-analyst-black-sea-security-{number}",
        "title": f"Senior Analyst, Black Sea Security {number}",
        "organisation": "Centre for Grand Strategy & Partners",
        "organisation_url": "/organisation/grand-strategy/",
        "is_verified": number % 2 == 0,
        "initials": "CG",
        "facts": ["Istanbul, Türkiye", "Staff, 24 months", "Full time", "English C1"],
        "pay": "€48,000–58,000 a year",
        "summary": "The programme studies how war and energy transit remake the region. " * 5,
        "ends_at": "2027-03-01T12:00:00Z",
        "closes": "Closes in 9 days",
    }


def main() -> None:
    """Serve one of the floors as the board is served."""
    app = {"bare": bare, "cards": cards}[sys.argv[1]]()
    app.config |= {"HOST": "127.0.0.1", "PORT": int(os.environ["PORT"]), "WEB_WORKERS": 1}
    web.serve(app)


if __name__ == "__main__":
    main()
