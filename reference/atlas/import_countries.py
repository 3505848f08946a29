"""Make countries.json from an unpacked copy of the npm package `countries-list` (MIT).

    npm pack countries-list && tar xzf countries-list-*.tgz
    python reference/atlas/import_countries.py package

Run only to refresh the data: the result is checked in, and training reads that.
Output: {"source", "license", "countries": [{code, name, article, capital, continent, currency, language}]}
"""
import json
import sys
import unicodedata
from pathlib import Path

HERE = Path(__file__).parent

# Territories and uninhabited places: left out, so that every subject is a country in the everyday sense.
TERRITORIES = set(
    "AC AI AQ AS AW AX BL BM BQ BV CC CK CW CX EH FK FO GF GG GI GL GP GS GU HK HM IM IO JE KY MF MO MP MQ MS "
    "NC NF NU PF PM PN PR RE SH SJ SX TA TC TF TK UM VG VI WF YT".split()
)
# Capital and country share their whole name: the answer would be a copy of the question.
SAME_NAME = set("DJ LU MC SG SM VA".split())
# Names that take an article in a sentence.
ARTICLE = set("AE BS CD CF CG DO GB GM KM MH MV NL PH SB SC US".split())

NAMES = {"TR": "Turkey", "US": "United States"}
CAPITALS = {"US": "Washington"}
CONTINENTS = {
    "AF": "Africa", "AS": "Asia", "EU": "Europe", "NA": "North America", "OC": "Oceania", "SA": "South America",
}
# Everyday name of the currency: the last word of its full name, except here.
CURRENCIES = {"TOP": "paanga"}
LANGUAGES = {"km": "Khmer", "lo": "Lao", "rw": "Kinyarwanda", "so": "Somali"}


def plain(text):
    """Latin letters without accents, as most people type them."""
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


def main(package):
    read = lambda name: json.loads((package / name).read_text(encoding="utf-8"))
    currencies, languages = read("currencies.all.min.json"), read("languages.all.min.json")
    rows = []
    for code, c in sorted(read("countries.min.json").items(), key=lambda item: item[1]["name"]):
        if code in TERRITORIES or code in SAME_NAME or not c["capital"]:
            continue
        money, tongue = c["currency"][0], c["languages"][0]
        rows.append({
            "code": code,
            "name": plain(NAMES.get(code, c["name"])),
            "article": code in ARTICLE,
            "capital": plain(CAPITALS.get(code, c["capital"])),
            "continent": CONTINENTS[c["continent"]],
            "currency": CURRENCIES.get(money) or plain(currencies[money]["name"]).split()[-1].lower(),
            "language": LANGUAGES.get(tongue) or plain(languages[tongue]["name"]),
        })
    head = {
        "source": f"npm countries-list {read('package.json')['version']}",
        "license": "MIT, Copyright (c) 2014 Annexare Studio",
        "note": "first listed currency and language; accents removed; territories and same-name capitals left out",
    }
    lines = ",\n".join("  " + json.dumps(r, ensure_ascii=False) for r in rows)
    text = json.dumps(head, indent=1)[:-2] + ',\n "countries": [\n' + lines + "\n ]\n}\n"
    json.loads(text)
    (HERE / "countries.json").write_text(text, encoding="utf-8")
    print(len(rows), "countries")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
