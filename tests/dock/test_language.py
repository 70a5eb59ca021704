"""The hint that a question is not in English: few false alarms, and most questions found."""

from __future__ import annotations

import pytest

from unirs_qgis.dock.entries import KINDS
from unirs_qgis.dock.language import seems_foreign
from unirs_qgis.dock.suggestions import suggestions

ENGLISH = """
Is there a road in the image?
How many buildings are there?
Has anything changed?
What has changed between the two dates, and where?
roads?
NDVI
Water
Caption
Buildings or trees
Any ships in the harbour
count the cars
largest lake
is the industrial zone very busy
Did the Rio Grande move?
Los Angeles port
Have houses been built in Baden-Württemberg?
Is São Paulo denser than in 2012?
Was the Straße des 17. Juni closed?
Is 北京 in the image?
Where is the old hat factory of Le Mans?
hay fields
sand dunes
Describe the land use west of the airport
B04/B08 > 0.4?
1234
"""

OTHERS = """
Gibt es Wasser im Bild?
Wie viele Häuser sind zu sehen?
Was hat sich verändert?
Wo wurden neue Gebäude gebaut?
Straße?
Beschreibe das Bild
Y a-t-il une route ?
Combien de bâtiments voit-on dans l'image ?
Qu'est-ce qui a changé entre les deux dates ?
Où est le lac ?
¿Hay una carretera en la imagen?
¿Cuántos edificios hay?
¿Qué ha cambiado?
C'è una strada nell'immagine?
Quanti edifici ci sono?
Há uma estrada na imagem?
Quantos edifícios existem?
Is er een weg te zien?
Hoeveel gebouwen zijn er?
Ile jest domów na tym obrazie?
Czy jest tam droga?
Hur många hus finns det?
Hvor mange bygninger er der?
Je tam nová silnice nebo les?
Görüntüde kaç bina var mı, orman nerede?
Есть ли на снимке дорога?
图像中有道路吗？
画像に道路はありますか
هل توجد طريق في الصورة؟
Υπάρχει δρόμος στην εικόνα;
이미지에 도로가 있습니까?
क्या छवि में सड़क है?
"""


@pytest.mark.parametrize("question", ENGLISH.strip().splitlines())
def test_english_is_not_taken_for_another_language(question):
    assert not seems_foreign(question)


@pytest.mark.parametrize("question", OTHERS.strip().splitlines())
def test_another_language_is_noticed(question):
    assert seems_foreign(question)


@pytest.mark.parametrize("kind", KINDS)
def test_no_suggestion_is_taken_for_another_language(kind):
    assert not any(seems_foreign(one.question) for one in suggestions(kind))


@pytest.mark.parametrize("nothing", ["", "   ", "\n", "…?!", "🛰️", "_", "\x00"])
def test_where_there_is_no_word_there_is_no_hint(nothing):
    assert not seems_foreign(nothing)


def test_a_page_of_text_costs_no_more_than_its_beginning():
    assert seems_foreign("Gibt es Wasser im Bild? " * 100_000)
