"""A heuristic for questions that are not in English, the language of the models."""

from __future__ import annotations

import re
import unicodedata

_WORD = re.compile(r"[^\W\d_]+")
_MOST_LETTERS = 2000  # the beginning is enough
_EVIDENCE = 2  # words: one alone may belong to a name, such as that of Los Angeles

_ENGLISH = frozenset(
    _WORD.findall("""
    a about above after all along among an and any are area areas around as at be been before
    below between building buildings built but by can change changed count describe did do does
    each farmland field fields forest from has have house houses how if image images in into is
    it its lake land least less like many map more most much near new not number object objects
    of on one or other over part picture river road roads rural scene see shown some than that
    the their there these they this those to tree trees two under urban video visible was water
    were what when where which while who whose why will with within would you your
    """)
)
"""Words that English questions are made of."""

_OTHERS = frozenset(
    _WORD.findall("""
    aan aber acqua agua algum alguma alguna algún alle als ao apa apakah apă att au auf aus aux
    av avec az baru beaucoup bei berapa beschreibe beskriv bij bild bilden bir bos bosque bu
    byggnader bygninger bâtiment bâtiments cambiado cambiato cambio cambió campo campos
    carretera carreteras casa casas casă ce cela ces cette champs changé che chi ci città
    clădiri co com combien comment como con construido construit construits construções
    construídos cosa costruiti cuál cuáles cuándo cuánta cuántas cuánto cuántos czy câte cómo da
    daar dans das dass de degli dei del della delle dem den der des desde det deux deze değişti
    di diese diesem dieser dieses dit dom domów dos droga drogi dróg du där décris dónde eau
    edifici edificio edificios edifícios een egy ein eine einem einen einer eines el ella ellos
    em en endret entre erdő es essa esse est esta este esto estrada estradas está están estão et
    ett etwas evet existe findes finnes finns fiume floresta fluss foi foram foresta forêt fra
    för förändrats für gambar gdzie gebouw gebouwd gebouwen gebäude gewachsen geändert gibt gli
    göl haus het hier hoe hoeveel hol huizen hur hus hutan hva hvad hvilken hvor hvordan há hány
    häuser ik ikke il ile ils imagem immagine ini innsjø inte isso ist jak jaki jakie jalan je
    jest jezioro jsou järvi kan kaç kde kein keine kolik kuinka können la lac lago las le les lo
    los mai mais maison maisons mange med meer mehr metsä missä mit mitä montako montre mu mudou
    muestra muy más många mı na naar nach nas ne nel nella není nerede neue nicht nie niet
    nieuwe nincs noen nos nouveau nouveaux nouvelle nouvelles novas novos nové nuevas nuevos
    nuove nuovi nya nye não o och oder og onde onko ook op orman os ou où par para pas pela pelo
    perché pero perubahan più plus por pourquoi på pădure quais qual quale quali quand quando
    quanta quantas quante quanti quanto quantos que quel quelle quelles quels questa questo qui
    quién quoi qué rakennuksia rivier rivière rue rumah río se sehen ser sich sichtbar sie
    silnice sind się sjö skog skov sobre som sono sont stata stati stato strada strade strasse
    strassen straße straßen su sua sul sulla sungai sunt sur são sø są tak también te tem ten
    tento tiene till toutes tussen uit um uma un unas und unde une unos utak vad var vart vatten
    ve veel veier veje veranderd verändert vettä viel viele vilken você voda voir voit vom von
    voor vor väg vägar víz w waar waarom wald wann warum wasser wat weg wegen welche welcher
    welches welk welke wenn wer werden wie wieviel wieviele wird wo woda wody worden wurde
    wurden yang yeni yol yollar z za zeige zien zijn zmieniło změnilo zu zum zur zwischen água
    área árvores är è épületek és été în út über și
    """)
)
"""Common words of fifteen other languages in the Latin script; none of them is English, too."""


def seems_foreign(question: str) -> bool:
    """Whether a question seems to be in another language than English.

    It counts common words and letters of other scripts. Names and unknown words do not count, so
    that the result is false where there is no evidence.
    """
    words = _WORD.findall(unicodedata.normalize("NFC", question[:_MOST_LETTERS]).casefold())
    if not words:
        return False
    letters = "".join(words)
    if 2 * sum(map(_is_of_another_script, letters)) > len(letters):
        return True
    english = sum(word in _ENGLISH for word in words)
    others = sum(word in _OTHERS for word in words)
    return others > english and (others >= _EVIDENCE or others == len(words))


def _is_of_another_script(letter: str) -> bool:
    return letter > "\u024f" and not unicodedata.name(letter, "LATIN").startswith("LATIN")
