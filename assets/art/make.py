#!/usr/bin/env python3
"""Draws the layers of the card-and-reader picture: isometric slabs as few plain paths.

Few paths, because they are rasterised once for every size; separate layers, because the card moves and the light of
the reader changes colour. All layers are drawn around the same centre (0, 0).
"""
import math
import pathlib

HERE = pathlib.Path(__file__).resolve().parent
K = math.sqrt(3) / 2


def iso(u, v, z=0):
    return K * (u - v), (u + v) / 2 + z


def rounded(a, b, r, steps=12):
    """Points of a rounded rectangle of a x b around the origin."""
    points = []
    for cx, cy, start in [(a/2-r, b/2-r, 0), (-a/2+r, b/2-r, 90), (-a/2+r, -b/2+r, 180), (a/2-r, -b/2+r, 270)]:
        for i in range(steps + 1):
            t = math.radians(start + 90 * i / steps)
            points.append((cx + r * math.cos(t), cy + r * math.sin(t)))
    return points


def hull(points):
    points = sorted(set(points))
    def half(seq):
        out = []
        for p in seq:
            while len(out) > 1 and (out[-1][0]-out[-2][0])*(p[1]-out[-2][1]) - (out[-1][1]-out[-2][1])*(p[0]-out[-2][0]) <= 0:
                out.pop()
            out.append(p)
        return out[:-1]
    return half(points) + half(points[::-1])


def path(points, fill):
    return f'<path d="M{"L".join(f"{x:.1f} {y:.1f}" for x, y in points)}Z" {fill}/>'


def slab(a, b, r, thick, left, right, top, ident):
    face = [iso(u, v) for u, v in rounded(a, b, r)]
    body = hull(face + [(x, y + thick) for x, y in face])
    corner = iso(a/2 - r * .3, b/2 - r * .3)[0]
    x0, x1 = min(p[0] for p in body), max(p[0] for p in body)
    stop = (corner - x0) / (x1 - x0)
    shade = (f'<defs><linearGradient id="{ident}" gradientUnits="userSpaceOnUse" x1="{x0:.1f}" y1="0" x2="{x1:.1f}" y2="0">'
             f'<stop offset="{stop-.06:.3f}" stop-color="{left}"/><stop offset="{stop+.06:.3f}" stop-color="{right}"/></linearGradient></defs>')
    return shade + path(body, f'fill="url(#{ident})"') + path(face, f'fill="{top}"')


def group(body, extra="", y=0):
    return f'<g transform="matrix({K:.5f} .5 {-K:.5f} .5 0 {y})" {extra}>{body}</g>'


def rect(a, b, r, extra):
    return f'<rect x="{-a/2}" y="{-b/2}" width="{a}" height="{b}" rx="{r}" {extra}/>'


def shadow(a, b, r, colour, opacity, y):
    return group("".join(rect(a+g, b+g, r+g/2, f'fill="{colour}" fill-opacity="{opacity/3:.3f}"') for g in (26, 13, 0)), y=y)


def reader(palette):
    left, right, top, edge, well, mark, dark, depth = palette
    waves = (f'<g fill="none" stroke="{mark}" stroke-width="6" stroke-linecap="round"><path d="M22 -22a31 31 0 0 1 0 44M-22 -22a31 31 0 0 0 0 44'
             f'M44 -44a62 62 0 0 1 0 88M-44 -44a62 62 0 0 0 0 88"/></g><circle r="7" fill="{mark}"/>')
    return (shadow(452, 324, 44, dark, depth, 68) + slab(452, 324, 44, 52, left, right, top, "side")
            + group(rect(452, 324, 44, f'fill="none" stroke="{edge}" stroke-width="3"') + rect(372, 244, 28, f'fill="{well}"') + waves))


def arc(cx, cy, r, a, b):
    """The parts of a circle inside a card of a x b: a clip path would cost a layer of its own."""
    out, inside = [], False
    for i in range(181):
        t = math.radians(2 * i)
        x, y = cx + r * math.cos(t), cy + r * math.sin(t)
        now = abs(x) < a/2 - 3 and abs(y) < b/2 - 3
        if now:
            out.append(f'{"L" if inside else "M"}{x:.1f} {y:.1f}')
        inside = now
    return "".join(out)


def card():
    a, b = 344, 216
    face = ('<defs><linearGradient id="face" x1="0" y1="0" x2="1" y2="1"><stop offset="0" stop-color="#FFFFFF"/><stop offset="1" stop-color="#DCEAFA"/></linearGradient>'
            '</defs>' + rect(a, b, 20, 'fill="url(#face)"')
            + f'<path d="{"".join(arc(a/2-70, b/2+30, q, a, b) for q in (40, 66, 92, 118, 144, 170, 196))}" fill="none" stroke="#BBD3F0" stroke-width="1.6"/>'
            + f'<rect x="{a/2-112}" y="{-b/2+34}" width="86" height="108" rx="8" fill="#C9DDF5"/>'
            + f'<g fill="#6E9BD3"><circle cx="{a/2-69}" cy="{-b/2+78}" r="21"/><path d="M{a/2-108} {-b/2+142}v-6a39 30 0 0 1 78 0v6z"/></g>'
            + f'<rect x="{-a/2+28}" y="{-b/2+40}" width="96" height="13" rx="6" fill="#3F6FAE"/>'
            + f'<g fill="#8FB0DA"><rect x="{-a/2+28}" y="{-b/2+72}" width="58" height="10" rx="5"/><rect x="{-a/2+98}" y="{-b/2+72}" width="40" height="10" rx="5"/>'
            + f'<rect x="{-a/2+28}" y="{-b/2+98}" width="132" height="10" rx="5"/><rect x="{-a/2+28}" y="{-b/2+120}" width="104" height="10" rx="5"/></g>'
            + f'<rect x="{-a/2+28}" y="{b/2-42}" width="228" height="13" rx="6" fill="#3F6FAE"/>')
    return slab(a, b, 20, 8, "#B9CFEA", "#8FAFD8", "#FFFFFF", "side") + group(face)


def save(name, box, body):
    x, y, w, h = box
    (HERE / f"{name}.svg").write_text(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{x} {y} {w} {h}" width="{w}" height="{h}">{body}</svg>\n')


LIGHT = ("#C3D2E4", "#9FB3CB", "#FFFFFF", "#E3EAF2", "#EEF3F9", "#B4C6DC", "#5B7696", .26)
HERO = ("#8FB1DF", "#5D87C3", "#F7FAFE", "#FFFFFF", "#E4EEFA", "#9DBAE0", "#041B3D", .5)
READER_BOX, CARD_BOX = (-370, -210, 740, 510), (-250, -145, 500, 300)
save("reader", READER_BOX, reader(LIGHT))
save("reader-hero", READER_BOX, reader(HERO))
save("led", (-290, -170, 580, 340), group(rect(372, 244, 28, 'fill="none" stroke="#000" stroke-width="7"')))
save("card", CARD_BOX, card())
save("card-shadow", CARD_BOX, shadow(300, 180, 20, "#274C7A", .22, 0))
save("ghost", CARD_BOX, group(rect(344, 216, 20, 'fill="none" stroke="#000" stroke-width="3"')))
save("rings", (-620, -436, 1240, 872), "".join(
    f'<ellipse rx="{r}" ry="{r * .577:.1f}" fill="none" stroke="#000" stroke-opacity="{o}" stroke-width="3.4"/>'
    for r, o in [(744, .38), (597, .6), (459, .9)]))
