"""Many wordings of each question: those of RSVQA and RSIVQA, and those of people."""

from __future__ import annotations

from unirs.prompts import CAPTION_INSTRUCTION, CHANGE_INSTRUCTION

PRESENCE = (
    *("Is there {one}?", "Is there {one} in the image?", "Is {one} present?"),
    *("Is {one} present in the image?", "Are there any {many}?", "Are there {many}?"),
    *("Are there any {many} in the image?", "Are there {many} in this picture?"),
    *("Does this picture contain {one}?", "Does this picture contain {many}?"),
    *("Does the image show {one}?", "Does the image show any {many}?", "Can you see {one}?"),
    *("Can you see any {many}?", "Do you see {many} here?", "Any {many}?", "any {many} here?"),
    *("Is {one} visible?", "Are {many} visible in this image?", "Is there {one} in this area?"),
    *("Is there at least one {bare}?", "Does the scene include {one}?"),
    *("Does this satellite image contain {many}?", "Is {one} shown in the aerial image?"),
    *("Has the area got {many}?", "I am looking for {many}. Are there any?"),
    *("is there {one}", "are there {many}"),
)
MORE = (
    *("Are there more {a} than {b}?", "Are there more {a} than {b} in the image?"),
    *("Is the number of {a} larger than the number of {b}?", "Do {a} outnumber {b}?"),
    *("Are {a} more numerous than {b}?", "more {a} than {b}?"),
    *("Does the image show more {a} than {b}?", "Is the count of {a} above that of {b}?"),
)
FEWER = (
    *("Are there less {a} than {b}?", "Are there fewer {a} than {b}?"),
    *("Are there less {a} than {b} in the image?", "fewer {a} than {b}?"),
    *("Is the number of {a} smaller than the number of {b}?", "Are {a} rarer than {b}?"),
    "Does the image show fewer {a} than {b}?",
)
EQUAL = (
    *("Is the number of {a} equal to the number of {b}?", "Are there as many {a} as {b}?"),
    *("Is the number of {a} equal to the amount of {b} in the image?",),
    *("Is there the same number of {a} and {b}?", "as many {a} as {b}?"),
)
MORE_THAN = (
    *("Are there more than {n} {many}?", "Are there more than {n} {many} in the image?"),
    *("Do you see more than {n} {many}?", "Is the number of {many} above {n}?"),
    *("more than {n} {many}?", "Does the image show more than {n} {many}?"),
)
COUNT = (
    *("How many {many} are there?", "How many {many} are there in the image?"),
    *("How many {many} in the picture?", "What is the number of {many}?"),
    *("What is the amount of {many}?", "Count the {many}.", "How many {many} can be seen?"),
    *("How many {many} do you see?", "number of {many}?", "how many {many}?"),
    *("What is the total number of {many} in the image?", "Give the number of {many}."),
    *("How many {many} does the image show?", "How many {many} are visible here?"),
    *("Please count the {many}.", "What is the count of {many}?"),
    *("Tell me how many {many} there are.", "How many {many} are in this area?"),
    *("How many {many} does this picture contain?", "How many {many} lie in the scene?"),
)
CAPTION = (
    *[CAPTION_INSTRUCTION] * 12,
    *("Describe the image.", "Describe this image in one sentence.", "What is in the image?"),
    *("What does this image show?", "What can be seen here?", "What is here?"),
    *("Caption this image.", "Write a caption for this satellite image.", "what is this?"),
    *("Tell me what you see.", "Describe the scene.", "What do you see in this picture?"),
    *("Give a short description of this aerial image.", "Please describe the image."),
    *("Summarise the image in a sentence.", "Describe what is visible in this area."),
    *("What is shown in this picture?", "Describe this aerial photograph."),
    *("What are we looking at?", "Describe the land in this image."),
)
SCENE = (
    *("What kind of scene is this?", "What kind of place is this?", "Classify this image."),
    *("What type of scene is shown?", "What is the scene category?", "Name the scene."),
    *("Which land use is shown?", "What is the land use here?", "What place is this?"),
    *("What class does this image belong to?", "What sort of area is this?"),
    *("What is the main land cover or use?", "Which category fits this image best?"),
    *("Which scene is this?", "How would you classify this area?", "scene class?"),
    *("Give the class of this scene.", "What is the theme of this picture?"),
    *("What is the type of this place?", "What category of scene does the image show?"),
)
CLASSIFY = "Classify the given image in one of the following classes. Classes: {choices}."
CHOICE = (
    *("{question} Choose one of: {choices}.", "{question} Options: {choices}.", CLASSIFY),
    "Which of these is it: {choices}?",
)
RURAL = (
    *("Is it a rural or an urban area?", "Is it a rural or an urban area", "Rural or urban?"),
    *("Is this area rural or urban?", "Is this a rural area or an urban one?"),
    *("Does the image show a rural or an urban area?", "Is the land use urban or rural?"),
    *("Would you call this place urban or rural?", "Is the scene urban or rural?"),
    *("urban or rural?", "Is the place shown rural, or urban?"),
    *("Is this in a town or in the country: urban or rural?", "Is the area urban, or is it rural?"),
    *("rural or urban area?", "Which is it, rural or urban?", "Is that place rural or urban?"),
    *("Decide between rural and urban.", "Is this land urban or rural?"),
    *("Is what you see rural or urban?", "Does this look rural or urban?"),
)
DENSITY = (
    *("How built-up is this?", "How built-up is this area?", "How dense are the buildings?"),
    *("How densely is this area built?", "What is the building density?"),
    *("How much of this is built up?", "Is it densely built?", "How developed is this place?"),
)
AREA = (
    *("How much of the image is covered by {many}?", "What share of the image is {many}?"),
    *("How large is the area covered by {many}?", "How much {many} is there, in percent?"),
    "What percentage of the image do {many} cover?",
)
CHANGE = (CHANGE_INSTRUCTION,)
CHANGED = (
    *("Has anything changed?", "Did anything change?", "Has the area changed?", "Any changes?"),
    *("Is there a change between the two dates?", "Are there any changes?", "anything new?"),
    *("Is there any difference between the two images?", "Do the two images differ?"),
    *("Can you see a change?", "Has this place changed between the two dates?"),
    *("Were there changes here?", "has anything changed here?", "Did the land change?"),
    *("Is the second image different from the first?", "Are there obvious changes?"),
    *("Has something been built or removed?", "Is there an obvious change in the scene?"),
    *("Does the later image show something else than the earlier one?",),
    "Have there been changes on the ground?",
)
BUILT = (
    *("Are there new buildings?", "Have buildings been built?", "Have new houses been built?"),
    *("Any new buildings?", "Was anything built?", "Did buildings appear?"),
    *("Has a building been constructed?", "Is there a new building in the later image?"),
    *("Are there more buildings than before?", "have any houses been built?"),
    *("Has there been construction?", "Do you see new houses?"),
)
REMOVED = (
    *("Have buildings been removed?", "Have houses been demolished?", "Any buildings removed?"),
    *("Did buildings disappear?", "Were buildings torn down?", "Has a house been removed?"),
    *("Are there fewer buildings than before?", "Has a building been demolished?"),
    "Is a building missing in the later image?",
)
BUILT_COUNT = (
    *("How many buildings have been built?", "How many new buildings are there?"),
    *("How many houses were built?", "What is the number of new buildings?"),
    *("count the new buildings", "How many buildings appeared?"),
)
WHERE_BUILT = ("Where are the new buildings?", "Where were buildings built?")
WHERE_CHANGED = (
    *("Where has it changed?", "Where is the change?", "where did it change?"),
    *("In which part of the image is the change?", "Which part has changed?"),
)
VIDEO = ("What happens in this video?", "Describe the video.", "What is shown in the video?")

BUILT_SENTENCES = (
    *("{many} {have} been built{where}", "{many} {are} built{where}", "{many} {appear}{where}"),
    "{many} {have} been constructed{where}",
)
REMOVED_SENTENCES = (
    *("{many} {have} been removed{where}", "{many} {disappear}{where}"),
    "{many} {have} been demolished{where}",
)
"""In the words of LEVIR-CC's annotators."""
