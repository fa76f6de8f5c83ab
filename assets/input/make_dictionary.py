#!/usr/bin/env python3
"""Makes pinyin.dict and strokes.dict, the two dictionaries of the Chinese keyboard.

    apt-get update && python3 assets/input/make_dictionary.py

Fetches its sources by name with the ordinary clients (apt-get, pip, npm) into a work folder, checks nothing out of
the network at build or run time. Sources, versions and licences: ATTRIBUTION.md. Layout of the files: src/input/trie.rs
and src/input/strokes.rs.
"""
import collections, csv, json, math, pathlib, re, struct, subprocess, sys

HERE = pathlib.Path(__file__).resolve().parent
WORK = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "/tmp/jiujin-dictionary")
PIP = ["pypinyin==0.55.0", "jieba==0.42.1", "sinonym==0.5.1", "faker==40.54.0"]
STEP = 0.08  # one step of a weight byte, in nats of probability
WORD_SYLLABLES_MAX = 8
JIEBA_COUNT_MIN = 20
# Readings of places that dictionaries of common words get wrong.
PLACE_READINGS = dict(l.split() for l in """
丽水 li'shui|乐清 yue'qing|六安 lu'an|蚌埠 beng'bu|亳州 bo'zhou|歙县 she'xian|黟县 yi'xian|莘县 shen'xian|鄞州 yin'zhou
嵊州 sheng'zhou|嵊泗 sheng'si|缙云 jin'yun|衢州 qu'zhou|衢江 qu'jiang|台州 tai'zhou|天台 tian'tai|大埔 da'bu|番禺 pan'yu|东莞 dong'guan|浚县 xun'xian
长垣 chang'yuan|洪洞 hong'tong|乐亭 lao'ting|铅山 yan'shan|枞阳 zong'yang|尉犁 yu'li|蔚县 yu'xian|井陉 jing'xing|吴堡 wu'bu
柞水 zha'shui|单县 shan'xian|牟平 mu'ping|中牟 zhong'mu|大城 dai'cheng|六合 lu'he|东阿 dong'e|犍为 qian'wei|郫都 pi'du
荥阳 xing'yang|荥经 ying'jing|泌阳 bi'yang|渑池 mian'chi|武陟 wu'zhi|浉河 shi'he|涡阳 guo'yang|砀山 dang'shan|濉溪 sui'xi
盱眙 xu'yi|邗江 han'jiang|邳州 pi'zhou|甪直 lu'zhi|睢宁 sui'ning|栟茶 ben'cha|兖州 yan'zhou|鄄城 juan'cheng|郯城 tan'cheng
莒县 ju'xian|临朐 lin'qu|筠连 jun'lian|珙县 gong'xian|什邡 shi'fang|阆中 lang'zhong|邛崃 qiong'lai|涪陵 fu'ling|綦江 qi'jiang
酉阳 you'yang|黔江 qian'jiang|璧山 bi'shan|耒阳 lei'yang|郴州 chen'zhou|攸县 you'xian|醴陵 li'ling|溆浦 xu'pu|芷江 zhi'jiang
猇亭 xiao'ting|监利 jian'li|黄陂 huang'pi|硚口 qiao'kou|会泽 hui'ze|勐海 meng'hai|勐腊 meng'la|大理 da'li|儋州 dan'zhou
长子 zhang'zi|繁峙 fan'shi|隰县 xi'xian|浑源 hun'yuan|阏氏 yan'zhi|巴彦淖尔 ba'yan'nao'er|身毒 yuan'du|穆棱 mu'ling|桦甸 hua'dian|珲春 hun'chun
岫岩 xiu'yan|阜新 fu'xin|台安 tai'an|叶城 ye'cheng|疏勒 shu'le|喀什 ka'shi|和硕 he'shuo|行唐 xing'tang|藁城 gao'cheng
栾城 luan'cheng|任丘 ren'qiu|任县 ren'xian|曲阳 qu'yang|涿州 zhuo'zhou|滦州 luan'zhou|枣强 zao'qiang|尧都 yao'du|闵行 min'hang|莘庄 xin'zhuang
瞿溪 qu'xi|诸暨 zhu'ji|余姚 yu'yao|海曙 hai'shu|椒江 jiao'jiang|柯桥 ke'qiao|婺城 wu'cheng|婺源 wu'yuan|瓯海 ou'hai|瓯江 ou'jiang|鹿城 lu'cheng
拱墅 gong'shu|萧山 xiao'shan|临平 lin'ping|上虞 shang'yu|岱山 dai'shan|磐安 pan'an|莲都 lian'du|龙泉 long'quan|长兴 chang'xing|重庆 chong'qing
西藏 xi'zang|厦门 xia'men|闽侯 min'hou|长乐 chang'le|漳州 zhang'zhou|长汀 chang'ting|会昌 hui'chang|弋阳 yi'yang|鄱阳 po'yang|东乡 dong'xiang
""".replace("\n", "|").strip("|").split("|"))
# Names are read their own way: 曾 is Zeng, 单 is Shan.
SURNAME_READINGS = dict(l.split() for l in """
曾 zeng|单 shan|仇 qiu|解 xie|任 ren|区 ou|查 zha|朴 piao|盖 ge|翟 zhai|尉迟 yu'chi|万俟 mo'qi|覃 qin|乐 yue|冼 xian|缪 miao|宁 ning|折 she
纪 ji|华 hua|燕 yan|逄 pang|员 yun|令狐 ling'hu|长孙 zhang'sun|秘 bi|黑 he|应 ying|卜 bu|召 shao|尹 yin|兴 xing|种 chong|洗 xian|车 che|石 shi
瞿 qu|郇 xun|郗 xi|郄 qie|晁 chao|阚 kan|訾 zi|谌 chen|佴 nai|牟 mu|库 she|曲 qu|那 na|哈 ha|呼延 hu'yan|澹台 tan'tai|宰父 zai'fu|夏侯 xia'hou
皇甫 huang'fu|鲜于 xian'yu|闾丘 lv'qiu|司马 si'ma|司徒 si'tu|司空 si'kong|公孙 gong'sun|轩辕 xuan'yuan|东方 dong'fang|南宫 nan'gong|宇文 yu'wen|慕容 mu'rong
欧阳 ou'yang|上官 shang'guan|诸葛 zhu'ge|端木 duan'mu|百里 bai'li|独孤 du'gu|赫连 he'lian|钟离 zhong'li|濮阳 pu'yang|公羊 gong'yang|太史 tai'shi|申屠 shen'tu|仲孙 zhong'sun|第五 di'wu
吕 lv|俞 yu|於 yu|隗 wei|万 wan|贾 jia|沈 shen|谷 gu|角 jue|祭 zhai|繁 po|殷 yin|费 fei|冯 feng|臧 zang|叶 ye|降 xiang|肖 xiao|闫 yan|邸 di|付 fu|郏 jia
""".replace("\n", "|").strip("|").split("|"))


def fetch():
    WORK.mkdir(parents=True, exist_ok=True)
    if not (WORK / "rime").exists():
        subprocess.run(["apt-get", "download", "-qq", "rime-data-pinyin-simp", "rime-data-stroke"], cwd=WORK, check=True)
        for deb in WORK.glob("*.deb"):
            subprocess.run(["dpkg", "-x", deb, WORK / "rime"], check=True)
    if not (WORK / "pip").exists():
        subprocess.run([sys.executable, "-m", "pip", "install", "-q", "--no-deps", "-t", WORK / "pip", *PIP], check=True)
    if not (WORK / "package").exists():
        subprocess.run(["npm", "pack", "china-division@2.7.0"], cwd=WORK, check=True, stdout=subprocess.DEVNULL)
        subprocess.run("tar xzf china-division-*.tgz", cwd=WORK, shell=True, check=True)
    sys.path.insert(0, str(WORK / "pip"))


def lines(path):
    for line in open(path, encoding="utf8"):
        line = line.split("#")[0].strip()
        if line:
            yield line


class Readings:
    """Text to syllables: the dictionary's own readings first, then pypinyin's phrases."""

    def __init__(self, words):
        from pypinyin import Style, lazy_pinyin, pinyin
        self.lazy, self.pinyin, self.style = lazy_pinyin, pinyin, Style.NORMAL
        self.known = collections.defaultdict(set)
        for (text, reading) in words:
            self.known[text].add(reading)
        self.syllables = {s for readings in self.known.values() for r in readings for s in r}

    def clean(self, syllable):
        return syllable.replace("ü", "v").replace("lve", "lue").replace("nve", "nue")

    def of(self, text):
        syllables = tuple(self.clean(s) for s in self.lazy(text, style=self.style, v_to_u=True))
        return syllables if len(syllables) == len(text) and all(s in self.syllables for s in syllables) else None

    def place(self, text):
        reading = self.of(text)
        for name, fixed in PLACE_READINGS.items():
            at = text.find(name[:2] if len(name) == 2 else name)
            if reading and at >= 0:
                fixed = tuple(fixed.split("'"))
                reading = reading[:at] + fixed + reading[at + len(fixed):]
        return reading

    def characters(self, char):
        return {r[0] for r in self.known[char]}


def rime_words():
    """(text, syllables) -> count, from rime-data-pinyin-simp."""
    words = {}
    for line in open(WORK / "rime/usr/share/rime-data/pinyin_simp.dict.yaml", encoding="utf8"):
        parts = line.rstrip("\n").split("\t")
        if len(parts) == 3 and len(parts[0]) == len(parts[1].split()):
            words[parts[0], tuple(parts[1].split())] = int(parts[2])
    return words


def jieba_counts():
    general, names = {}, {}
    for line in open(WORK / "pip/jieba/dict.txt", encoding="utf8"):
        text, count, tag = line.split()
        if all("一" <= c <= "鿿" for c in text):
            (names if tag in ("nr", "nrfg") else general)[text] = int(count)
    return general, names


def general_words(rime, jieba, readings):
    """Mixes the two lists as probabilities, half and half; a word of one list only keeps a share of its weight."""
    rime_total, jieba_total = sum(rime.values()) + len(rime), sum(jieba.values())
    per_text = collections.Counter()
    for (text, _), count in rime.items():
        per_text[text] += count + 1
    words = {}
    for (text, reading), count in rime.items():
        share = (count + 1) / per_text[text]
        words[text, reading] = 0.5 * (count + 1) / rime_total + 0.5 * share * jieba.get(text, 0) / jieba_total
    for text, count in jieba.items():
        if text in per_text or count < JIEBA_COUNT_MIN or not 2 <= len(text) <= WORD_SYLLABLES_MAX:
            continue
        reading = readings.of(text)
        if reading:
            words[text, reading] = 0.5 * count / jieba_total
    return words


def counter_words(words, readings):
    """The vocabulary of the counter (lexicon/counter-words.txt) is as common here as everyday words are elsewhere."""
    for text in lines(HERE / "lexicon/counter-words.txt"):
        reading = readings.of(text)
        assert reading, text
        words[text, reading] = max(3 * words.get((text, reading), 0), math.exp(-8.5))


def suffixes(words):
    """Characters that turn a word into a longer one (交通局, 水果店), by how many words they do that to."""
    texts = {text for text, _ in words}
    found = collections.Counter()
    for (text, reading) in words:
        if len(text) in (3, 4, 5) and text[:-1] in texts:
            found[text[-1], reading[-1:]] += 1
    total = sum(found.values())
    return {key: n / total for key, n in found.items() if n >= 5}


def place_words(readings, words):
    """Divisions of every level with and without their suffix, towns, roads; probabilities among places."""
    weight = collections.defaultdict(float)
    def add(text, p, cut=True, shortest=2):
        reading = readings.place(text)
        if reading and shortest <= len(text) <= 15:
            weight[text, reading] += p
            for suffix in ("街道", "自治区", "特别行政区", "自治州", "自治县", "新区", "地区", "省", "市", "区", "县", "镇", "乡", "旗", "盟"):
                stem = text.removesuffix(suffix)
                if cut and stem != text and len(stem) >= 2:
                    weight[stem, reading[:len(stem)]] += p / (4 if p > 10 else 10)
                    break
    def fame(name):  # 苏州 is asked for more often than 宿州, by as much as people write of it
        reading = readings.place(name)
        return max((min(60, (p * 1e6) ** 0.5) for n in (2, 3) if reading for p in [words.get((name[:n], reading[:n]), 0)]), default=0)
    level_weight = {"province": 3000, "prefecture": 1000, "county": 200}
    for line in lines(HERE.parent / "divisions.tsv"):
        parts = line.split("\t")
        home = 3 if parts[0].startswith("33") else 1
        add(parts[3], level_weight[parts[1]] * home * (1 + fame(parts[3])) / 4)
    towns = csv.reader(open(WORK / "package/dist/streets.csv", encoding="utf8"))
    for row in towns:
        home = 3 if row[0].startswith("33") else 1
        if re.fullmatch("[一-鿿]+(街道|镇|乡)", row[1]):
            add(row[1], 2 * home)
    for text, count in roads().items():
        add(text, min(count, 60), cut=False)
    for text in lines(HERE / "lexicon/streets.txt"):
        add(text, 40, cut=False)
    for line in lines(HERE / "lexicon/place-endings.txt"):
        text, p = line.split()
        add(text, float(p), cut=False, shortest=1)
    total = sum(weight.values())
    return {key: p / total for key, p in weight.items()}


def roads():
    """Road names out of community names: 文三路社区居委会 knows the road 文三路."""
    found = collections.Counter()
    for row in csv.reader(open(WORK / "package/dist/villages.csv", encoding="utf8")):
        home = 3 if row[0].startswith("33") else 1
        match = re.match("^([一-鿿]{1,4}?(?:路|大街|街|大道|巷|弄|胡同))(?:[东西南北中一二三四五六]?)(?:社区|居)", row[1])
        if match and len(match[1]) >= 3:
            found[match[1]] += home
    return found


def faker_surnames():
    """The census ranking of surnames that Faker's zh_CN provider carries, per cent."""
    from faker.providers.person.zh_CN import Provider
    return Provider.last_names


class Names:
    """Surnames, given-name characters by position, whole given names and well-known whole names."""

    def __init__(self, readings, nr, common):
        self.readings = readings
        data = WORK / "pip/sinonym/data"
        self.surname_ppm = {r["surname"]: float(r["ppm"]) for r in csv.DictReader(open(data / "familyname_orcid.csv", encoding="utf8"))}
        # A register of the young and learned and a census ranking of everybody; families still write 萧 and 傅.
        census = dict(faker_surnames())
        known = sum(census.values())
        for text in set(self.surname_ppm) | set(census):
            share = census.get(text, 0) / known * 0.85e6
            self.surname_ppm[text] = (self.surname_ppm.get(text, 0) + (share or self.surname_ppm.get(text, 0))) / 2
        for text in SURNAME_READINGS:
            self.surname_ppm.setdefault(text, 3.0)
        given = {}
        for r in csv.DictReader(open(data / "givenname_orcid.csv", encoding="utf8")):
            given[r["character"]] = float(r["ppm"])
        # Records with the two fields swapped count surnames as given names: about 0.31 of the surname's own share.
        self.char_ppm = {c: max(p - 0.31 * self.surname_ppm.get(c, 0), 0.02 * p, 1.0) for c, p in given.items()}
        self.split_known(nr, common)

    def split_known(self, nr, common):
        self.known, self.single, self.pair = {}, collections.Counter(), collections.Counter()
        first, second = collections.Counter(), collections.Counter()
        for text, count in nr.items():
            size = 2 if text[:2] in self.surname_ppm and len(text) > 2 else 1
            surname, rest = text[:size], text[size:]
            if surname not in self.surname_ppm or not 1 <= len(rest) <= 2:
                continue
            if text in common:  # 阳光 and 文明 are tagged as names too
                continue
            if size == 1 and len(text) == 2 and self.surname_ppm[surname] < 60:
                continue
            self.known[text] = (surname, rest, count)
            bulk = 1 + math.log(count)
            if len(rest) == 1:
                self.single[rest] += bulk
            else:
                self.pair[rest] += 1 + 0.2 * math.log(count)
                first[rest[0]] += 1
                second[rest[1]] += 1
        listed = [text for line in lines(HERE / "lexicon/given-names.txt") for text in line.split()]
        for rank, text in enumerate(t for t in dict.fromkeys(listed) if len(t) == 1):  # in order of popularity
            self.single[text] += 40 + 1200 * math.exp(-rank / 30)
        for text in listed:
            if len(text) == 2:
                self.pair[text] += 25
                first[text[0]] += 1
                second[text[1]] += 1
        self.tables(first, second)

    def tables(self, first, second):
        chars = set(self.char_ppm) | set(first) | set(second) | set(self.single)
        ppm = {c: self.char_ppm.get(c, 0.5) for c in chars}
        total = sum(ppm.values())
        n1, n2, ns = sum(first.values()), sum(second.values()), sum(self.single.values())
        def mixed(count, n, c):  # the register says how common, the list of names says where
            return 0.5 * ppm[c] / total + 0.5 * count[c] / n
        def placed(here, there, c):
            lean = (here[c] + 3) / (here[c] + there[c] + 6)
            return 2 * lean * ppm[c] / total
        self.first = {c: 0.6 * placed(first, second, c) + 0.4 * first[c] / n1 for c in chars}
        self.second = {c: 0.6 * placed(second, first, c) + 0.4 * second[c] / n2 for c in chars}
        self.alone = {c: mixed(self.single, ns, c) for c in chars}

    def given_readings(self, table):
        out = {}
        for c, p in table.items():
            best = self.readings.of(c)
            if not best:
                continue
            for s in self.readings.characters(c) | {best[0]}:
                key = (c, (s,))
                out[key] = p if s == best[0] else p * self.rare_share(c, s)
        return out

    def rare_share(self, char, syllable):
        all_readings = {r[0]: RIME.get((char, r), 0) + 1 for r in self.readings.known[char]}
        return max(0.02, all_readings.get(syllable, 0) / sum(all_readings.values()))

    def surnames(self):
        total = sum(self.surname_ppm.values())
        out = {}
        for text, ppm in self.surname_ppm.items():
            fixed = SURNAME_READINGS.get(text)
            reading = tuple(fixed.split("'")) if fixed else self.readings.of(text)
            if not reading or len(text) > 2 or len(reading) != len(text):
                continue
            out[text, reading] = ppm / total
            if len(text) == 1:  # 曾 typed as ceng is a slip, not an error
                for s in self.readings.characters(text) - {reading[0]}:
                    out.setdefault((text, (s,)), 0.3 * ppm / total)
        return out

    def pairs(self):
        total = sum(self.pair.values())
        return {(t, r): n / total for t, n in self.pair.items() if n > 1.5 and (r := self.readings.of(t))}

    def whole(self, surnames):
        total = sum(c for _, _, c in self.known.values())
        by_text = {t: r for (t, r), p in sorted(surnames.items(), key=lambda e: e[1])}
        out = {}
        for text, (surname, rest, count) in self.known.items():
            given = self.readings.of(rest)
            if given and surname in by_text:
                out[text, by_text[surname] + given] = count / total
        return out


class Writer:
    def __init__(self, syllables):
        self.syllables = sorted(syllables)
        self.number = {s: i for i, s in enumerate(self.syllables)}

    def trie(self, words):
        """Level order: syllable of every node, counts of children and words as varints, texts per level, weights."""
        nodes = {}
        for (text, reading), p in words.items():
            assert p > 0 and len(text) == len(reading), (text, reading)
            if max(text) > "\uffff":  # two code units: reached by strokes or code point instead
                continue
            nodes.setdefault(tuple(self.number[s] for s in reading), []).append((p, text))
        for key in list(nodes):
            for cut in range(len(key)):
                nodes.setdefault(key[:cut], [])
        keys = sorted(nodes, key=lambda k: (len(k), k))
        children = collections.Counter(k[:-1] for k in keys if k)
        ids, counts, texts, weights = bytearray(), bytearray(), bytearray(), bytearray()
        for key in keys:
            ids += struct.pack("<H", key[-1] if key else 0)
            counts += varint(children[key]) + varint(len(nodes[key]))
            for p, text in sorted(nodes[key], key=lambda e: (-e[0], e[1])):
                texts += "".join(text).encode("utf-16-le")
                weights.append(min(255, round(-math.log(p) / STEP)))
        levels = collections.Counter(len(k) for k in keys for _ in nodes[k])
        head = struct.pack("<IIIII", len(keys), len(counts), len(weights), len(texts), max(levels))
        head += b"".join(struct.pack("<I", levels[i]) for i in range(1, max(levels) + 1))
        return head + bytes(ids) + bytes(counts) + bytes(texts) + bytes(weights)

    def head(self):
        table = b"".join(struct.pack("B", len(s)) + s.encode() for s in self.syllables)
        return b"JJPY" + struct.pack("<HH", 1, len(self.syllables)) + struct.pack("<I", len(table)) + table


def varint(n):
    out = bytearray()
    while n >= 128:
        out.append(n & 127 | 128)
        n >>= 7
    out.append(n)
    return bytes(out)


def strokes():
    """Sorted stroke orders, front-coded; a restart every 64 entries makes the first of each block whole."""
    order = {c: i for i, c in enumerate("hspnz")}
    entries = set()
    for line in open(WORK / "rime/usr/share/rime-data/stroke.dict.yaml", encoding="utf8"):
        parts = line.rstrip("\n").split("\t")
        if len(parts) >= 2 and len(parts[0]) == 1 and set(parts[1]) <= set(order) and ideograph(parts[0]):
            entries.add((tuple(order[c] for c in parts[1]), ord(parts[0])))
    out, starts, last = bytearray(), [], ()
    for i, (code, char) in enumerate(sorted(entries)):
        if i % 64 == 0:
            starts.append(len(out))
            last = ()
        same = next((k for k, (a, b) in enumerate(zip(code, last)) if a != b), min(len(code), len(last)))
        tail = code[same:] + (0,) * ((len(code) - same) % 2)
        out += bytes((same, len(code) - same)) + bytes(a * 5 + b for a, b in zip(tail[::2], tail[1::2]))
        out += struct.pack("<I", char)[:3]
        last = code
    head = b"JJST" + struct.pack("<HHI", 1, 64, len(starts)) + struct.pack("<I", len(entries))
    return head + b"".join(struct.pack("<I", s) for s in starts) + bytes(out), len(entries)


def ideograph(char):
    n = ord(char)
    return 0x3400 <= n <= 0x4DBF or 0x4E00 <= n <= 0x9FFF or 0x20000 <= n <= 0x323AF or n == 0x3007


RIME = {}


def main():
    fetch()
    RIME.update(rime_words())
    jieba, nr = jieba_counts()
    readings = Readings(RIME)
    words = general_words(RIME, jieba, readings)
    counter_words(words, readings)
    common = {text: 1 for (text, _), n in RIME.items() if len(text) == 2}
    names = Names(readings, nr, common)
    surnames = names.surnames()
    places = place_words(readings, words)
    tables = [words, places, names.whole(surnames), surnames, names.given_readings(names.alone),
              names.given_readings(names.first), names.given_readings(names.second), names.pairs(), suffixes(words)]
    writer = Writer({s for t in tables for _, r in t for s in r})
    blobs = [writer.trie(t) for t in tables]
    (HERE / "pinyin.dict").write_bytes(writer.head() + b"".join(struct.pack("<I", len(b)) + b for b in blobs))
    blob, characters = strokes()
    (HERE / "strokes.dict").write_bytes(blob)
    for name, t, b in zip("words places names surnames given-alone given-first given-second given-pairs suffixes".split(), tables, blobs):
        print(f"{name:13} {len(t):7} entries {len(b):8} bytes")
    print(f"{'strokes':13} {characters:7} entries {len(blob):8} bytes")


if __name__ == "__main__":
    main()
