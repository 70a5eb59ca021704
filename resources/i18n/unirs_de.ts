<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de" sourcelanguage="en">
<context>
    <name>Activity</name>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Stopping…</source>
        <translation>Wird angehalten…</translation>
    </message>
</context>
<context>
    <name>AnswerView</name>
    <message>
        <source>Answer</source>
        <translation>Antwort</translation>
    </message>
    <message>
        <source>Loading the model…</source>
        <translation>Das Modell wird geladen…</translation>
    </message>
    <message>
        <source>Reading the images…</source>
        <translation>Die Bilder werden gelesen…</translation>
    </message>
    <message>
        <source>Encoding the images…</source>
        <translation>Die Bilder werden kodiert…</translation>
    </message>
    <message>
        <source>Generating the clue…</source>
        <translation>Der Hinweis wird erzeugt…</translation>
    </message>
    <message>
        <source>Reading the question…</source>
        <translation>Die Frage wird gelesen…</translation>
    </message>
    <message>
        <source>Answering…</source>
        <translation>Die Antwort entsteht…</translation>
    </message>
    <message>
        <source>Scoring the answers…</source>
        <translation>Die Antworten werden bewertet…</translation>
    </message>
    <message>
        <source>Averaging over several views…</source>
        <translation>Mittelung über mehrere Ansichten…</translation>
    </message>
    <message>
        <source>Asking about windows:</source>
        <translation>Fenster werden befragt:</translation>
    </message>
    <message>
        <source>Classifying the places before and after…</source>
        <translation>Fragt, was die Stellen waren und sind…</translation>
    </message>
    <message>
        <source>Asking about dates:</source>
        <translation>Daten werden gefragt:</translation>
    </message>
    <message>
        <source>Working…</source>
        <translation>In Arbeit…</translation>
    </message>
    <message>
        <source>Images were sent to {host}.</source>
        <translation>Bilder wurden an {host} gesendet.</translation>
    </message>
    <message>
        <source>Question</source>
        <translation>Frage</translation>
    </message>
    <message>
        <source>Less likely answers</source>
        <translation>Weniger wahrscheinliche Antworten</translation>
    </message>
    <message>
        <source>Clue</source>
        <translation>Hinweis</translation>
    </message>
    <message>
        <source>Text about the image that the base model generated before the question was read</source>
        <translation>Text zum Bild, den das Basismodell erzeugt hat, bevor die Frage gelesen wurde</translation>
    </message>
    <message>
        <source>The model&apos;s image</source>
        <translation>Was das Modell gesehen hat</translation>
    </message>
    <message>
        <source>Add the map of this answer to the project</source>
        <translation>Die Karte dieser Antwort dem Projekt hinzufügen</translation>
    </message>
    <message>
        <source>Stopped: this answer is not finished.</source>
        <translation>Angehalten: Diese Antwort ist nicht vollständig.</translation>
    </message>
    <message>
        <source>Experimental model: check this answer.</source>
        <translation>Experimentelles Modell: Prüfen Sie diese Antwort.</translation>
    </message>
    <message>
        <source>Images of the series that the model did not read: {count}</source>
        <translation>Bilder der Zeitreihe, die das Modell nicht gelesen hat: {count}</translation>
    </message>
    <message>
        <source>Not sure: the model gives this answer a probability of {percent}.</source>
        <translation>Unsicher: Das Modell gibt dieser Antwort eine Wahrscheinlichkeit von {percent}.</translation>
    </message>
    <message>
        <source>Not sure: answers with a confidence of {percent} are often wrong.</source>
        <translation>Nicht sicher: Bei einer Sicherheit von {percent} sind Antworten oft falsch.</translation>
    </message>
    <message>
        <source>Chosen from {count} answers. The server gives no probabilities.</source>
        <translation>Aus {count} Antworten gewählt. Der Server gibt keine Wahrscheinlichkeiten an.</translation>
    </message>
    <message>
        <source>Before</source>
        <translation>Vorher</translation>
    </message>
    <message>
        <source>After</source>
        <translation>Nachher</translation>
    </message>
    <message>
        <source>{seconds} s, {model} on {device}</source>
        <translation>{seconds} s, {model} auf {device}</translation>
    </message>
    <message>
        <source>confidence {percent}, {details}</source>
        <translation>Sicherheit {percent}, {details}</translation>
    </message>
    <message>
        <source>views agree by {percent}, {details}</source>
        <translation>Ansichten stimmen zu {percent} überein, {details}</translation>
    </message>
    <message>
        <source>average of {views} views, {details}</source>
        <translation>Mittel aus {views} Ansichten, {details}</translation>
    </message>
    <message>
        <source>Engine: {engine}</source>
        <translation>Engine: {engine}</translation>
    </message>
    <message>
        <source>Digest of the model: {digest}</source>
        <translation>Prüfsumme des Modells: {digest}</translation>
    </message>
</context>
<context>
    <name>AnswersGroup</name>
    <message>
        <source>Answers</source>
        <translation>Antworten</translation>
    </message>
    <message>
        <source>The best one</source>
        <translation>Das beste</translation>
    </message>
    <message>
        <source>What suits the device</source>
        <translation>Was zum Gerät passt</translation>
    </message>
    <message>
        <source>32 bits (float32)</source>
        <translation>32 Bit (float32)</translation>
    </message>
    <message>
        <source> tokens</source>
        <translation> Token</translation>
    </message>
    <message>
        <source> views</source>
        <translation> Ansichten</translation>
    </message>
    <message>
        <source>One view</source>
        <translation>Eine Ansicht</translation>
    </message>
    <message>
        <source>A description is generated before the answer; answers are faster without it</source>
        <translation>Vor der Antwort wird eine Beschreibung erzeugt; ohne sie kommen Antworten schneller</translation>
    </message>
    <message>
        <source>Average over several augmented views of the image (turned, mirrored): slower but more reliable, for closed sets of answers and change maps</source>
        <translation>Mittelung über mehrere Ansichten des Bildes (gedreht, gespiegelt): langsamer, aber zuverlässiger, für feste Antwortmengen und Änderungskarten</translation>
    </message>
    <message>
        <source> min without a question</source>
        <translation> min ohne Frage</translation>
    </message>
    <message>
        <source>Never</source>
        <translation>Nie</translation>
    </message>
    <message>
        <source>If the model was trained so</source>
        <translation>Wenn das Modell so trainiert wurde</translation>
    </message>
    <message>
        <source>Always</source>
        <translation>Immer</translation>
    </message>
    <message>
        <source>In the QGIS profile</source>
        <translation>Im QGIS-Profil</translation>
    </message>
    <message>
        <source>Beside the project</source>
        <translation>Neben dem Projekt</translation>
    </message>
    <message>
        <source>Device</source>
        <translation>Gerät</translation>
    </message>
    <message>
        <source>Precision</source>
        <translation>Genauigkeit</translation>
    </message>
    <message>
        <source>Clue</source>
        <translation>Hinweis</translation>
    </message>
    <message>
        <source>Longest answer</source>
        <translation>Längste Antwort</translation>
    </message>
    <message>
        <source>Average over</source>
        <translation>Mitteln über</translation>
    </message>
    <message>
        <source>Free memory after</source>
        <translation>Speicher freigeben nach</translation>
    </message>
    <message>
        <source>Beside the project, everybody who opens it sees its answers; a project that is not saved yet uses the profile.</source>
        <translation>Neben dem Projekt sehen alle, die es öffnen, seine Antworten; ein noch nicht gespeichertes Projekt verwendet das Profil.</translation>
    </message>
    <message>
        <source>History</source>
        <translation>Verlauf</translation>
    </message>
    <message>
        <source>16 bits (bfloat16)</source>
        <translation>16 Bit (bfloat16)</translation>
    </message>
    <message>
        <source>16 bits (float16)</source>
        <translation>16 Bit (float16)</translation>
    </message>
    <message>
        <source>8 bits (int8)</source>
        <translation>8 Bit (int8)</translation>
    </message>
    <message>
        <source>4 bits (int4)</source>
        <translation>4 Bit (int4)</translation>
    </message>
    <message>
        <source>The most precise one that is fast on the device and fits into its memory.</source>
        <translation>Die genaueste, mit der das Gerät schnell rechnet und für die sein Speicher reicht.</translation>
    </message>
    <message>
        <source>Exact, and fast on processors; needs the most memory.</source>
        <translation>Exakt und auf Prozessoren schnell; braucht am meisten Speicher.</translation>
    </message>
    <message>
        <source>Half the memory; fast on recent graphics cards and processors.</source>
        <translation>Halber Speicher; schnell auf neueren Grafikkarten und Prozessoren.</translation>
    </message>
    <message>
        <source>Half the memory; for graphics cards without fast bfloat16.</source>
        <translation>Halber Speicher; für Grafikkarten ohne schnelles bfloat16.</translation>
    </message>
    <message>
        <source>About a quarter of the memory; answers can change slightly.</source>
        <translation>Etwa ein Viertel des Speichers; Antworten können sich leicht ändern.</translation>
    </message>
    <message>
        <source>About an eighth of the memory; answers can change more.</source>
        <translation>Etwa ein Achtel des Speichers; Antworten können sich stärker ändern.</translation>
    </message>
    <message>
        <source>Processor (cpu)</source>
        <translation>Prozessor (cpu)</translation>
    </message>
    <message>
        <source>NVIDIA graphics card ({device})</source>
        <translation>NVIDIA-Grafikkarte ({device})</translation>
    </message>
    <message>
        <source>Apple graphics ({device})</source>
        <translation>Apple-Grafik ({device})</translation>
    </message>
    <message>
        <source>Intel graphics ({device})</source>
        <translation>Intel-Grafik ({device})</translation>
    </message>
</context>
<context>
    <name>BackgroundTask</name>
    <message>
        <source>A defect in UniRS stopped this ({kind}: {reason}); see the log panel, and report it.</source>
        <translation>Ein Fehler in UniRS hat dies beendet ({kind}: {reason}); siehe das Protokollfenster, und melden Sie ihn.</translation>
    </message>
</context>
<context>
    <name>Batch</name>
    <message>
        <source>A batch reads raster layers; choose one or more in the dock.</source>
        <translation>Ein Stapel liest Rasterlayer; wählen Sie im Bedienfeld einen oder mehrere.</translation>
    </message>
    <message>
        <source>The layer “{layer}” is not a raster file, which a batch needs; save it as one first.</source>
        <translation>Der Layer „{layer}“ ist keine Rasterdatei, wie sie ein Stapel braucht; speichern Sie ihn zuerst als solche.</translation>
    </message>
    <message>
        <source>{file} already exists; choose another file.</source>
        <translation>{file} gibt es schon; wählen Sie eine andere Datei.</translation>
    </message>
    <message>
        <source>{file} cannot be written ({reason}); choose another file.</source>
        <translation>{file} kann nicht geschrieben werden ({reason}); wählen Sie eine andere Datei.</translation>
    </message>
</context>
<context>
    <name>BatchDialog</name>
    <message>
        <source>Batch on a cluster</source>
        <translation>Stapel auf einem Cluster</translation>
    </message>
    <message>
        <source>Caption each tile</source>
        <translation>Jede Kachel beschreiben</translation>
    </message>
    <message>
        <source>Ask about each tile</source>
        <translation>Zu jeder Kachel fragen</translation>
    </message>
    <message>
        <source>Classify each tile</source>
        <translation>Jede Kachel klassifizieren</translation>
    </message>
    <message>
        <source>Describe the change of each tile</source>
        <translation>Änderung jeder Kachel beschreiben</translation>
    </message>
    <message>
        <source>Ask about the change of each tile</source>
        <translation>Zur Änderung jeder Kachel fragen</translation>
    </message>
    <message>
        <source>Tile size</source>
        <translation>Kachelgröße</translation>
    </message>
    <message>
        <source>Unit of the tile size</source>
        <translation>Einheit der Kachelgröße</translation>
    </message>
    <message>
        <source>pixels</source>
        <translation>Pixel</translation>
    </message>
    <message>
        <source>metres</source>
        <translation>Meter</translation>
    </message>
    <message>
        <source>Plan file</source>
        <translation>Plandatei</translation>
    </message>
    <message>
        <source>Choose the plan file</source>
        <translation>Plandatei wählen</translation>
    </message>
    <message>
        <source>A Ray cluster</source>
        <translation>Ein Ray-Cluster</translation>
    </message>
    <message>
        <source>All cores of one computer</source>
        <translation>Alle Kerne eines Rechners</translation>
    </message>
    <message>
        <source>One process</source>
        <translation>Ein Prozess</translation>
    </message>
    <message>
        <source>auto on a node of the cluster; elsewhere HOST:PORT of its head</source>
        <translation>auto auf einem Knoten des Clusters; anderswo HOST:PORT seines Kopfes</translation>
    </message>
    <message>
        <source>Write plan</source>
        <translation>Plan schreiben</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>Command</source>
        <translation>Befehl</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>Kopieren</translation>
    </message>
    <message>
        <source>Task</source>
        <translation>Aufgabe</translation>
    </message>
    <message>
        <source>Question</source>
        <translation>Frage</translation>
    </message>
    <message>
        <source>Answers to choose from</source>
        <translation>Antworten zur Auswahl</translation>
    </message>
    <message>
        <source>Run on</source>
        <translation>Ausführen auf</translation>
    </message>
    <message>
        <source>Address</source>
        <translation>Adresse</translation>
    </message>
    <message>
        <source>The command goes on where it ended if it is run again. Every computer that runs it needs unirs[cluster] and the rasters under the same names.</source>
        <translation>Wird der Befehl erneut ausgeführt, geht es weiter, wo er endete. Jeder Rechner, der ihn ausführt, braucht unirs[cluster] und die Raster unter denselben Namen.</translation>
    </message>
    <message>
        <source>Classes</source>
        <translation>Klassen</translation>
    </message>
    <message>
        <source>those of the model</source>
        <translation>die des Modells</translation>
    </message>
    <message>
        <source>yes, no</source>
        <translation>yes, no</translation>
    </message>
    <message>
        <source>Enter the question.</source>
        <translation>Geben Sie die Frage ein.</translation>
    </message>
    <message>
        <source>Give at least two answers to choose from, comma-separated.</source>
        <translation>Geben Sie mindestens zwei Antworten zur Auswahl an, durch Kommas getrennt.</translation>
    </message>
    <message>
        <source>Choose the plan file.</source>
        <translation>Wählen Sie die Plandatei.</translation>
    </message>
    <message>
        <source>Enter the address of the cluster.</source>
        <translation>Geben Sie die Adresse des Clusters ein.</translation>
    </message>
    <message>
        <source>Plans</source>
        <translation>Pläne</translation>
    </message>
    <message>
        <source>{names} and {count} more</source>
        <translation>{names} und {count} weitere</translation>
    </message>
    <message>
        <source>Layers: {names}</source>
        <translation>Layer: {names}</translation>
    </message>
</context>
<context>
    <name>Capabilities</name>
    <message>
        <source>{model} reads no single images.</source>
        <translation>{model} liest keine einzelnen Bilder.</translation>
    </message>
    <message>
        <source>{model} reads no pairs of dates.</source>
        <translation>{model} liest keine Bildpaare.</translation>
    </message>
    <message>
        <source>{model} reads no series or videos.</source>
        <translation>{model} liest keine Zeitreihen oder Videos.</translation>
    </message>
    <message>
        <source>{model} does not describe images first.</source>
        <translation>{model} beschreibt die Bilder nicht zuerst.</translation>
    </message>
    <message>
        <source>{model} makes no change maps.</source>
        <translation>{model} erstellt keine Änderungskarten.</translation>
    </message>
    <message>
        <source>{model} averages over no views.</source>
        <translation>{model} mittelt nicht über Ansichten.</translation>
    </message>
    <message>
        <source>{model} chooses from options without probabilities.</source>
        <translation>{model} wählt ohne Wahrscheinlichkeiten aus den Antwortmöglichkeiten.</translation>
    </message>
</context>
<context>
    <name>ChangeMap</name>
    <message>
        <source>The map reaches {percent} % nowhere; move the slider below it in the Layers panel to show less probable places.</source>
        <translation>Die Karte erreicht nirgends {percent} %; der Regler darunter im Bedienfeld „Layer“ zeigt auch weniger Wahrscheinliches.</translation>
    </message>
    <message>
        <source>Change (percent)</source>
        <translation>Änderung (Prozent)</translation>
    </message>
    <message>
        <source>Probability of yes (percent)</source>
        <translation>Wahrscheinlichkeit von Ja (Prozent)</translation>
    </message>
    <message>
        <source>The change map {file} cannot be opened; describe the change again.</source>
        <translation>Die Änderungskarte {file} kann nicht geöffnet werden; lassen Sie die Änderung erneut beschreiben.</translation>
    </message>
    <message>
        <source>Changed: {percent} % or more</source>
        <translation>Zu {percent} % oder mehr verändert</translation>
    </message>
    <message>
        <source>Threshold of a UniRS map</source>
        <translation>Schwelle einer UniRS-Karte</translation>
    </message>
    <message>
        <source>UniRS: polygons of change</source>
        <translation>UniRS: Polygone der Änderung</translation>
    </message>
    <message>
        <source>Yes: {percent} % or more</source>
        <translation>Ja mit {percent} % oder mehr</translation>
    </message>
    <message>
        <source>The change map {file} cannot be read; describe the change again.</source>
        <translation>Die Änderungskarte {file} kann nicht gelesen werden; lassen Sie die Änderung erneut beschreiben.</translation>
    </message>
    <message>
        <source>The polygons of change cannot be written to {folder}; check that the disk has space left.</source>
        <translation>Die Polygone der Änderung können nicht nach {folder} geschrieben werden; prüfen Sie, ob der Datenträger noch Platz hat.</translation>
    </message>
</context>
<context>
    <name>CheckGroup</name>
    <message>
        <source>Check</source>
        <translation>Prüfung</translation>
    </message>
    <message>
        <source>Test</source>
        <translation>Testen</translation>
    </message>
    <message>
        <source>Copy diagnostics</source>
        <translation>Diagnose kopieren</translation>
    </message>
    <message>
        <source>Copies versions and the last test for a report, without your name or data</source>
        <translation>Kopiert Versionen und den letzten Test für einen Fehlerbericht, ohne Ihren Namen oder Ihre Daten</translation>
    </message>
    <message>
        <source>Loading the model…</source>
        <translation>Das Modell wird geladen…</translation>
    </message>
    <message>
        <source>Asks the model about images with known answers</source>
        <translation>Stellt dem Modell Fragen zu Bildern mit bekannten Antworten</translation>
    </message>
    <message>
        <source>Ask the chosen model questions with known answers.</source>
        <translation>Dem gewählten Modell Fragen mit bekannten Antworten stellen.</translation>
    </message>
    <message>
        <source>Answering questions with known answers…</source>
        <translation>Fragen mit bekannten Antworten werden beantwortet…</translation>
    </message>
    <message>
        <source>{model} on {device}: {right} of {count} answers are right.</source>
        <translation>{model} auf {device}: {right} von {count} Antworten sind richtig.</translation>
    </message>
    <message>
        <source>{question} Expected: {expected}. Answer: {answer}.</source>
        <translation>{question} Erwartet: {expected}. Antwort: {answer}.</translation>
    </message>
    <message>
        <source>Collecting versions</source>
        <translation>Versionen werden gesammelt</translation>
    </message>
    <message>
        <source>The diagnostics have been copied; paste them into a report.</source>
        <translation>Die Diagnose wurde kopiert; fügen Sie sie in einen Bericht ein.</translation>
    </message>
</context>
<context>
    <name>Confirmation</name>
    <message>
        <source>Not now</source>
        <translation>Jetzt nicht</translation>
    </message>
</context>
<context>
    <name>Conversation</name>
    <message>
        <source>Other layers</source>
        <translation>Andere Layer</translation>
    </message>
    <message>
        <source>Other dates</source>
        <translation>Andere Daten</translation>
    </message>
    <message>
        <source>Another extent</source>
        <translation>Andere Ausdehnung</translation>
    </message>
    <message>
        <source>Another model</source>
        <translation>Anderes Modell</translation>
    </message>
    <message>
        <source>{difference}: a new conversation.</source>
        <translation>{difference}: ein neues Gespräch.</translation>
    </message>
</context>
<context>
    <name>ConversationBar</name>
    <message>
        <source>New conversation</source>
        <translation>Neues Gespräch</translation>
    </message>
    <message>
        <source>Ask the next question without those before it</source>
        <translation>Die nächste Frage ohne die vorigen stellen</translation>
    </message>
</context>
<context>
    <name>Conversations</name>
    <message>
        <source>{model} answers each question on its own.</source>
        <translation>{model} beantwortet jede Frage für sich.</translation>
    </message>
    <message>
        <source>Follow-up to the question before</source>
        <translation>Folgefrage zur vorigen Frage</translation>
    </message>
    <message>
        <source>Follow-up to the {count} questions before</source>
        <translation>Folgefrage zu den {count} vorigen Fragen</translation>
    </message>
</context>
<context>
    <name>Corrections</name>
    <message>
        <source>Align</source>
        <translation>Ausrichten</translation>
    </message>
    <message>
        <source>Move dates that lie more than a pixel of the model apart onto the first one</source>
        <translation>Aufnahmen, die mehr als ein Pixel des Modells auseinanderliegen, auf die erste schieben</translation>
    </message>
    <message>
        <source>Match colours</source>
        <translation>Farben angleichen</translation>
    </message>
    <message>
        <source>Give the later dates the light and colours of the first one</source>
        <translation>Den späteren Aufnahmen Licht und Farben der ersten geben</translation>
    </message>
</context>
<context>
    <name>Crops</name>
    <message>
        <source>The layer {layer} has no CRS, so it cannot be laid on the other dates; set its CRS in the layer properties.</source>
        <translation>Der Layer {layer} hat kein KBS und kann deshalb nicht auf die anderen Zeitpunkte gelegt werden; setzen Sie sein KBS in den Layereigenschaften.</translation>
    </message>
    <message>
        <source>UniRS: picture of the layers</source>
        <translation>UniRS: Bild der Layer</translation>
    </message>
    <message>
        <source>The picture of the layers was cancelled; ask again.</source>
        <translation>Das Bild der Layer wurde abgebrochen; fragen Sie erneut.</translation>
    </message>
    <message>
        <source>The layer {layer} shows nothing in this extent; choose another one.</source>
        <translation>Der Layer {layer} zeigt in dieser Ausdehnung nichts; wählen Sie eine andere.</translation>
    </message>
    <message>
        <source>The layer {layer} cannot be drawn ({reason}); check its file or service.</source>
        <translation>Der Layer {layer} kann nicht gezeichnet werden ({reason}); prüfen Sie seine Datei oder seinen Dienst.</translation>
    </message>
    <message>
        <source>The picture of the layer cannot be written to {folder}; check that the disk has space left.</source>
        <translation>Das Bild des Layers kann nicht nach {folder} geschrieben werden; prüfen Sie, ob der Datenträger noch Platz hat.</translation>
    </message>
    <message>
        <source>The picture of the layer cannot be made ({reason}); choose another CRS.</source>
        <translation>Das Bild des Layers kann nicht erzeugt werden ({reason}); wählen Sie ein anderes KBS.</translation>
    </message>
    <message>
        <source>The extent encloses no area; choose or draw another one.</source>
        <translation>Die Ausdehnung umschließt keine Fläche; wählen oder zeichnen Sie eine andere.</translation>
    </message>
    <message>
        <source>The extent is out of reach of the CRS of the layer {layer}; choose one that meets the layer.</source>
        <translation>Die Ausdehnung liegt außerhalb dessen, was das KBS des Layers {layer} erreicht; wählen Sie eine, die den Layer trifft.</translation>
    </message>
    <message>
        <source>The extent lies outside the layer {layer}; choose one that meets it.</source>
        <translation>Die Ausdehnung liegt außerhalb des Layers {layer}; wählen Sie eine, die ihn trifft.</translation>
    </message>
    <message>
        <source>The extent crosses the 180° meridian; choose one on either side of it.</source>
        <translation>Die Ausdehnung überschreitet den 180. Längengrad; wählen Sie eine auf einer seiner Seiten.</translation>
    </message>
    <message>
        <source>A layer was removed from the project; choose another one.</source>
        <translation>Ein Layer wurde aus dem Projekt entfernt; wählen Sie einen anderen.</translation>
    </message>
    <message>
        <source>The layer {layer} cannot be opened; check that its file or service is still there.</source>
        <translation>Der Layer {layer} kann nicht geöffnet werden; prüfen Sie, ob seine Datei oder sein Dienst noch da ist.</translation>
    </message>
</context>
<context>
    <name>DateField</name>
    <message>
        <source>no date</source>
        <translation>kein Datum</translation>
    </message>
    <message>
        <source>{name}: a year, a month or a day</source>
        <translation>{name}: ein Jahr, ein Monat oder ein Tag</translation>
    </message>
    <message>
        <source>Choose a day</source>
        <translation>Einen Tag wählen</translation>
    </message>
</context>
<context>
    <name>DockState</name>
    <message>
        <source>Add a raster layer to the project, then ask about it here.</source>
        <translation>Fügen Sie dem Projekt einen Rasterlayer hinzu und fragen Sie hier danach.</translation>
    </message>
    <message>
        <source>UniRS runs on this computer. Set up its runtime once to begin.</source>
        <translation>UniRS läuft auf diesem Rechner. Richten Sie zu Beginn einmal seine Laufzeitumgebung ein.</translation>
    </message>
    <message>
        <source>Setting up the runtime…</source>
        <translation>Die Laufzeitumgebung wird eingerichtet…</translation>
    </message>
    <message>
        <source>Loading the model…</source>
        <translation>Das Modell wird geladen…</translation>
    </message>
    <message>
        <source>Ready</source>
        <translation>Bereit</translation>
    </message>
    <message>
        <source>Answering…</source>
        <translation>Die Antwort entsteht…</translation>
    </message>
    <message>
        <source>Stopped</source>
        <translation>Angehalten</translation>
    </message>
    <message>
        <source>The worker has ended. The next question starts it again.</source>
        <translation>Der Arbeitsprozess ist beendet. Die nächste Frage startet ihn wieder.</translation>
    </message>
    <message>
        <source>There is no network, so the runtime cannot be set up from it. Choose a folder to set up from in the options, or try again later.</source>
        <translation>Es gibt kein Netzwerk, aus dem die Laufzeitumgebung eingerichtet werden könnte. Wählen Sie in den Optionen einen Ordner zum Einrichten, oder versuchen Sie es später erneut.</translation>
    </message>
</context>
<context>
    <name>Entry</name>
    <message>
        <source>follow-up</source>
        <translation>Folgefrage</translation>
    </message>
    <message>
        <source>stopped</source>
        <translation>angehalten</translation>
    </message>
    <message>
        <source>not sure</source>
        <translation>unsicher</translation>
    </message>
    <message>
        <source>experimental</source>
        <translation>experimentell</translation>
    </message>
    <message>
        <source>checked</source>
        <translation>geprüft</translation>
    </message>
    <message>
        <source>corrected</source>
        <translation>berichtigt</translation>
    </message>
    <message>
        <source>Question</source>
        <translation>Frage</translation>
    </message>
    <message>
        <source>Where</source>
        <translation>Wo</translation>
    </message>
    <message>
        <source>When</source>
        <translation>Wann</translation>
    </message>
    <message>
        <source>Caption</source>
        <translation>Beschreibung</translation>
    </message>
    <message>
        <source>Description of change</source>
        <translation>Beschreibung der Änderung</translation>
    </message>
    <message>
        <source>Classification</source>
        <translation>Klassifizierung</translation>
    </message>
    <message>
        <source>{layer} ({date})</source>
        <translation>{layer} ({date})</translation>
    </message>
</context>
<context>
    <name>EntryActions</name>
    <message>
        <source>Show map of places</source>
        <translation>Karte der Stellen zeigen</translation>
    </message>
    <message>
        <source>Zoom to the footprint</source>
        <translation>Zum Umriss zoomen</translation>
    </message>
    <message>
        <source>Highlight the footprint</source>
        <translation>Umriss hervorheben</translation>
    </message>
    <message>
        <source>Ask again</source>
        <translation>Erneut fragen</translation>
    </message>
    <message>
        <source>Continue the conversation</source>
        <translation>Gespräch fortsetzen</translation>
    </message>
    <message>
        <source>Copy question and answer</source>
        <translation>Frage und Antwort kopieren</translation>
    </message>
    <message>
        <source>Show change map</source>
        <translation>Änderungskarte</translation>
    </message>
    <message>
        <source>Report…</source>
        <translation>Bericht…</translation>
    </message>
    <message>
        <source>Delete…</source>
        <translation>Löschen…</translation>
    </message>
</context>
<context>
    <name>ExportDialog</name>
    <message>
        <source>Export history</source>
        <translation>Verlauf exportieren</translation>
    </message>
    <message>
        <source>{file} already exists. Replace it?</source>
        <translation>{file} gibt es schon. Ersetzen?</translation>
    </message>
    <message>
        <source>Replace</source>
        <translation>Ersetzen</translation>
    </message>
</context>
<context>
    <name>ExtentChooser</name>
    <message>
        <source>Map view</source>
        <translation>Kartenansicht</translation>
    </message>
    <message>
        <source>Drawn rectangle</source>
        <translation>Gezeichnetes Rechteck</translation>
    </message>
    <message>
        <source>Whole layer</source>
        <translation>Ganzer Layer</translation>
    </message>
    <message>
        <source>Selected features</source>
        <translation>Gewählte Objekte</translation>
    </message>
    <message>
        <source>The part of the layer that the model reads</source>
        <translation>Der Teil des Layers, den das Modell liest</translation>
    </message>
    <message>
        <source>Draw a rectangle on the map (Esc cancels)</source>
        <translation>Ein Rechteck auf der Karte zeichnen (Esc bricht ab)</translation>
    </message>
    <message>
        <source>No feature with an area is selected; select one, or choose another extent.</source>
        <translation>Es ist kein Objekt mit einer Fläche gewählt; wählen Sie eines oder eine andere Ausdehnung.</translation>
    </message>
    <message>
        <source>The layers do not overlap; choose others.</source>
        <translation>Die Layer überlappen sich nicht; wählen Sie andere.</translation>
    </message>
    <message>
        <source>No layer is chosen; choose one, or the map view.</source>
        <translation>Es ist kein Layer gewählt; wählen Sie einen oder die Kartenansicht.</translation>
    </message>
    <message>
        <source>Extent</source>
        <translation>Ausdehnung</translation>
    </message>
    <message>
        <source>Draw a rectangle</source>
        <translation>Ein Rechteck zeichnen</translation>
    </message>
    <message>
        <source>{width} × {height}, {pixel} per pixel</source>
        <translation>{width} × {height}, {pixel} je Pixel</translation>
    </message>
    <message>
        <source>This is very large: a pixel of the model covers {length}, and smaller things are lost. Zoom in, or ask tile by tile.</source>
        <translation>Das ist sehr groß: Ein Pixel des Modells deckt {length} ab, Kleineres geht verloren. Zoomen Sie hinein, oder fragen Sie Kachel für Kachel.</translation>
    </message>
    <message>
        <source>This is very large: a pixel of the model covers {count} × {count} pixels of the layer, and things smaller than {length} are lost. Zoom in, or ask tile by tile.</source>
        <translation>Das ist sehr groß: Ein Pixel des Modells deckt {count} × {count} Pixel des Layers ab, und was kleiner als {length} ist, geht verloren. Zoomen Sie hinein, oder fragen Sie Kachel für Kachel.</translation>
    </message>
    <message>
        <source>This is very small: a pixel of the model covers {length}; zoom out.</source>
        <translation>Das ist sehr klein: Ein Pixel des Modells deckt {length} ab; zoomen Sie heraus.</translation>
    </message>
    <message>
        <source>This is very small: the layer has only {count} pixels on the longer side; zoom out or draw a larger rectangle.</source>
        <translation>Das ist sehr klein: Der Layer hat an der längeren Seite nur {count} Pixel; zoomen Sie heraus, oder zeichnen Sie ein größeres Rechteck.</translation>
    </message>
    <message>
        <source>{width} × {height} units, {pixel} units per pixel</source>
        <translation>{width} × {height} Einheiten, {pixel} Einheiten je Pixel</translation>
    </message>
    <message>
        <source>No rectangle is drawn yet; draw one on the map.</source>
        <translation>Es ist noch kein Rechteck gezeichnet; zeichnen Sie eines auf der Karte.</translation>
    </message>
</context>
<context>
    <name>FindController</name>
    <message>
        <source>Searching the index of tiles…</source>
        <translation>Der Kachelindex wird durchsucht …</translation>
    </message>
    <message>
        <source>{found} of {searched} tiles, the best one first.</source>
        <translation>{found} von {searched} Kacheln, die beste zuerst.</translation>
    </message>
    <message>
        <source>The rasters of {count} tiles are gone: only what the index stores about them was compared.</source>
        <translation>Die Raster von {count} Kacheln sind nicht mehr da: Verglichen wurde nur, was der Index über sie enthält.</translation>
    </message>
</context>
<context>
    <name>Fold</name>
    <message>
        <source>{heading}, expanded</source>
        <translation>{heading}, aufgeklappt</translation>
    </message>
    <message>
        <source>{heading}, collapsed</source>
        <translation>{heading}, zugeklappt</translation>
    </message>
</context>
<context>
    <name>Footprints</name>
    <message>
        <source>This footprint is outside of the map&apos;s CRS; choose another project CRS.</source>
        <translation>Dieser Umriss liegt außerhalb des KBS der Karte; wählen Sie ein anderes Projekt-KBS.</translation>
    </message>
    <message>
        <source>This entry has no footprint that can be shown on the map.</source>
        <translation>Dieser Eintrag hat keinen Umriss, der auf der Karte gezeigt werden kann.</translation>
    </message>
</context>
<context>
    <name>FoundView</name>
    <message>
        <source>Tiles that were found, the best one first</source>
        <translation>Gefundene Kacheln, die beste zuerst</translation>
    </message>
</context>
<context>
    <name>History</name>
    <message>
        <source>another window of QGIS has locked it</source>
        <translation>ein anderes QGIS-Fenster sperrt ihn</translation>
    </message>
    <message>
        <source>its folder is read-only</source>
        <translation>sein Ordner ist schreibgeschützt</translation>
    </message>
    <message>
        <source>the GeoPackage holds something else</source>
        <translation>das GeoPackage enthält etwas anderes</translation>
    </message>
    <message>
        <source>The history {file} cannot be read or written: {reason}. Fix that, or choose another location under Settings ▸ Options ▸ UniRS.</source>
        <translation>Der Verlauf {file} kann nicht gelesen oder geschrieben werden: {reason}. Beheben Sie das, oder wählen Sie unter Einstellungen ▸ Optionen ▸ UniRS einen anderen Speicherort.</translation>
    </message>
    <message>
        <source>The history {file} is damaged.</source>
        <translation>Der Verlauf {file} ist beschädigt.</translation>
    </message>
    <message>
        <source>the disk is full</source>
        <translation>der Datenträger ist voll</translation>
    </message>
    <message>
        <source>it is read-only</source>
        <translation>er ist schreibgeschützt</translation>
    </message>
    <message>
        <source>another program has locked it</source>
        <translation>ein anderes Programm sperrt ihn</translation>
    </message>
    <message>
        <source>its file cannot be opened</source>
        <translation>seine Datei kann nicht geöffnet werden</translation>
    </message>
    <message>
        <source>Export the history of UniRS</source>
        <translation>Verlauf von UniRS exportieren</translation>
    </message>
    <message>
        <source>The history cannot be exported to {file}: {reason}. Choose another file or folder.</source>
        <translation>Der Verlauf kann nicht nach {file} exportiert werden: {reason}. Wählen Sie eine andere Datei oder einen anderen Ordner.</translation>
    </message>
    <message>
        <source>Identifier</source>
        <translation>Kennung</translation>
    </message>
    <message>
        <source>Asked at (UTC)</source>
        <translation>Gefragt am (UTC)</translation>
    </message>
    <message>
        <source>Task</source>
        <translation>Aufgabe</translation>
    </message>
    <message>
        <source>Kind of input</source>
        <translation>Art der Eingabe</translation>
    </message>
    <message>
        <source>Question</source>
        <translation>Frage</translation>
    </message>
    <message>
        <source>Follows the entry</source>
        <translation>Folgt auf den Eintrag</translation>
    </message>
    <message>
        <source>Review</source>
        <translation>Prüfung</translation>
    </message>
    <message>
        <source>Correction</source>
        <translation>Korrektur</translation>
    </message>
    <message>
        <source>Answer</source>
        <translation>Antwort</translation>
    </message>
    <message>
        <source>Clue</source>
        <translation>Hinweis</translation>
    </message>
    <message>
        <source>Options</source>
        <translation>Auswahl</translation>
    </message>
    <message>
        <source>Layers</source>
        <translation>Layer</translation>
    </message>
    <message>
        <source>Dates</source>
        <translation>Daten</translation>
    </message>
    <message>
        <source>Sources</source>
        <translation>Quellen</translation>
    </message>
    <message>
        <source>Engine</source>
        <translation>Engine</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>Modell</translation>
    </message>
    <message>
        <source>Digest of the model</source>
        <translation>Prüfsumme des Modells</translation>
    </message>
    <message>
        <source>Images were sent to</source>
        <translation>Bilder gesendet an</translation>
    </message>
    <message>
        <source>Earlier turns that the model read</source>
        <translation>Frühere Fragen, die das Modell gelesen hat</translation>
    </message>
    <message>
        <source>Frames left out</source>
        <translation>Ausgelassene Einzelbilder</translation>
    </message>
    <message>
        <source>Demonstration model</source>
        <translation>Demonstrationsmodell</translation>
    </message>
    <message>
        <source>Answered by the base model</source>
        <translation>Vom Basismodell beantwortet</translation>
    </message>
    <message>
        <source>Device</source>
        <translation>Gerät</translation>
    </message>
    <message>
        <source>Seconds</source>
        <translation>Sekunden</translation>
    </message>
    <message>
        <source>Stopped</source>
        <translation>Angehalten</translation>
    </message>
    <message>
        <source>Views</source>
        <translation>Ansichten</translation>
    </message>
    <message>
        <source>Confidence</source>
        <translation>Sicherheit</translation>
    </message>
    <message>
        <source>Agreement of the views</source>
        <translation>Übereinstimmung der Ansichten</translation>
    </message>
    <message>
        <source>Not sure</source>
        <translation>Unsicher</translation>
    </message>
    <message>
        <source>Acquisition dates</source>
        <translation>Aufnahmedaten</translation>
    </message>
    <message>
        <source>Warnings about the images</source>
        <translation>Warnungen zu den Bildern</translation>
    </message>
    <message>
        <source>Probability of yes at each date</source>
        <translation>Wahrscheinlichkeit von Ja an jedem Datum</translation>
    </message>
    <message>
        <source>Footprint (WKT)</source>
        <translation>Umriss (WKT)</translation>
    </message>
    <message>
        <source>CRS of the footprint</source>
        <translation>KBS des Umrisses</translation>
    </message>
    <message>
        <source>UniRS answers</source>
        <translation>UniRS-Antworten</translation>
    </message>
    <message>
        <source>There is no layer to add yet: the history {file} has no answers.</source>
        <translation>Es gibt noch keinen Layer zum Hinzufügen: Der Verlauf {file} enthält keine Antworten.</translation>
    </message>
    <message>
        <source>Internal error of the history: {error}. See the log, tab UniRS.</source>
        <translation>Interner Fehler des Verlaufs: {error}. Siehe das Protokoll, Reiter UniRS.</translation>
    </message>
    <message>
        <source>Answers that were edited by hand and cannot be shown: {count} of the history {file}.</source>
        <translation>Von Hand bearbeitete Antworten, die nicht gezeigt werden können: {count} im Verlauf {file}.</translation>
    </message>
    <message>
        <source>{reason} New answers are in memory only; UniRS keeps trying to write them.</source>
        <translation>{reason} Neue Antworten sind nur im Arbeitsspeicher; UniRS versucht weiter, sie zu schreiben.</translation>
    </message>
    <message>
        <source>The history {file} was damaged. It is kept as {aside}; answers recovered into a new history: {count}.</source>
        <translation>Der Verlauf {file} war beschädigt. Er wird als {aside} aufbewahrt; in einen neuen Verlauf gerettete Antworten: {count}.</translation>
    </message>
</context>
<context>
    <name>HistoryController</name>
    <message>
        <source>The history was written to {file}.</source>
        <translation>Der Verlauf wurde nach {file} geschrieben.</translation>
    </message>
    <message>
        <source>The layer “{layer}” is not in this project; add it to see it.</source>
        <translation>Der Layer „{layer}“ ist nicht in diesem Projekt; fügen Sie ihn hinzu, um ihn zu sehen.</translation>
    </message>
    <message>
        <source>The layer “{layer}” is not in this project; add it to ask again.</source>
        <translation>Der Layer „{layer}“ ist nicht in diesem Projekt; fügen Sie ihn hinzu, um erneut zu fragen.</translation>
    </message>
    <message>
        <source>The change map cannot be kept in {folder}: {reason}.</source>
        <translation>Die Änderungskarte kann nicht in {folder} aufbewahrt werden: {reason}.</translation>
    </message>
    <message>
        <source>There is no answer to report yet; ask a question first.</source>
        <translation>Es gibt noch keine Antwort für einen Bericht; stellen Sie zuerst eine Frage.</translation>
    </message>
    <message>
        <source>Write report</source>
        <translation>Bericht schreiben</translation>
    </message>
    <message>
        <source>The report was written to {file}.</source>
        <translation>Der Bericht wurde in {file} geschrieben.</translation>
    </message>
    <message>
        <source>GeoPackage</source>
        <translation>GeoPackage</translation>
    </message>
    <message>
        <source>{file} is the history itself; choose another file.</source>
        <translation>{file} ist der Verlauf selbst; wählen Sie eine andere Datei.</translation>
    </message>
</context>
<context>
    <name>HistoryList</name>
    <message>
        <source>History of questions and answers, newest first</source>
        <translation>Verlauf der Fragen und Antworten, die neuesten zuerst</translation>
    </message>
</context>
<context>
    <name>HistoryModel</name>
    <message>
        <source>Today</source>
        <translation>Heute</translation>
    </message>
    <message>
        <source>Yesterday</source>
        <translation>Gestern</translation>
    </message>
</context>
<context>
    <name>HistoryView</name>
    <message>
        <source>Search; Enter finds tiles</source>
        <translation>Suchen; Eingabe findet Kacheln</translation>
    </message>
    <message>
        <source>Search the history</source>
        <translation>Verlauf durchsuchen</translation>
    </message>
    <message>
        <source>Questions and their answers are kept here, the newest first.</source>
        <translation>Fragen und Antworten bleiben hier erhalten, die neuesten zuerst.</translation>
    </message>
    <message>
        <source>No answer contains all of these words.</source>
        <translation>Keine Antwort enthält alle diese Wörter.</translation>
    </message>
    <message>
        <source>Delete from the history</source>
        <translation>Aus dem Verlauf löschen</translation>
    </message>
    <message>
        <source>Delete this question and its answer from the history?</source>
        <translation>Diese Frage und ihre Antwort aus dem Verlauf löschen?</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>Löschen</translation>
    </message>
</context>
<context>
    <name>InputController</name>
    <message>
        <source>None of the raster layers in this project can be read; repair their sources, or add another layer.</source>
        <translation>Keiner der Rasterlayer dieses Projekts kann gelesen werden; reparieren Sie ihre Quellen, oder fügen Sie einen anderen Layer hinzu.</translation>
    </message>
    <message>
        <source>No raster layer is chosen; add one to the project.</source>
        <translation>Es ist kein Rasterlayer gewählt; fügen Sie dem Projekt einen hinzu.</translation>
    </message>
    <message>
        <source>A pair needs two raster layers; choose a second layer.</source>
        <translation>Ein Paar braucht zwei Rasterlayer; wählen Sie einen zweiten Layer.</translation>
    </message>
    <message>
        <source>Both dates are the layer “{layer}”; choose a second layer.</source>
        <translation>Beide Zeitpunkte sind der Layer „{layer}“; wählen Sie einen zweiten Layer.</translation>
    </message>
    <message>
        <source>The layer “{layer}” cannot be read; repair its source, or choose another.</source>
        <translation>Der Layer „{layer}“ kann nicht gelesen werden; reparieren Sie seine Quelle oder wählen Sie einen anderen.</translation>
    </message>
    <message>
        <source>A series needs three layers or more, or a video file.</source>
        <translation>Eine Serie braucht drei oder mehr Layer oder eine Videodatei.</translation>
    </message>
</context>
<context>
    <name>InputPanel</name>
    <message>
        <source>Date of acquisition</source>
        <translation>Aufnahmedatum</translation>
    </message>
    <message>
        <source>Date of acquisition of the later layer</source>
        <translation>Aufnahmedatum des späteren Layers</translation>
    </message>
    <message>
        <source>Swap before and after</source>
        <translation>Vorher und nachher tauschen</translation>
    </message>
    <message>
        <source>After</source>
        <translation>Nachher</translation>
    </message>
    <message>
        <source>Pixel size and size of the crop on the ground</source>
        <translation>Pixelgröße und Größe des Ausschnitts am Boden</translation>
    </message>
    <message>
        <source>Input</source>
        <translation>Eingabe</translation>
    </message>
    <message>
        <source>Later layer</source>
        <translation>Späterer Layer</translation>
    </message>
    <message>
        <source>Extent</source>
        <translation>Ausdehnung</translation>
    </message>
    <message>
        <source>Ask tile by tile…</source>
        <translation>Kachel für Kachel fragen…</translation>
    </message>
    <message>
        <source>Source of the series</source>
        <translation>Quelle der Serie</translation>
    </message>
    <message>
        <source>Dated layers</source>
        <translation>Datierte Layer</translation>
    </message>
    <message>
        <source>Video file</source>
        <translation>Videodatei</translation>
    </message>
    <message>
        <source>Add this layer to the series</source>
        <translation>Diesen Layer zur Serie hinzufügen</translation>
    </message>
    <message>
        <source>Add this layer</source>
        <translation>Diesen Layer hinzufügen</translation>
    </message>
    <message>
        <source>Add all visible raster layers</source>
        <translation>Alle sichtbaren Rasterlayer hinzufügen</translation>
    </message>
    <message>
        <source>Image</source>
        <translation>Bild</translation>
    </message>
    <message>
        <source>Ask about one layer</source>
        <translation>Zu einem Layer fragen</translation>
    </message>
    <message>
        <source>Pair</source>
        <translation>Paar</translation>
    </message>
    <message>
        <source>Compare two dates, before and after</source>
        <translation>Zwei Zeitpunkte vergleichen, vorher und nachher</translation>
    </message>
    <message>
        <source>Series</source>
        <translation>Serie</translation>
    </message>
    <message>
        <source>Ask about three or more dates, or a video file</source>
        <translation>Zu drei oder mehr Zeitpunkten oder einer Videodatei fragen</translation>
    </message>
    <message>
        <source>Layer</source>
        <translation>Layer</translation>
    </message>
    <message>
        <source>Before</source>
        <translation>Vorher</translation>
    </message>
    <message>
        <source>Layer to add</source>
        <translation>Hinzuzufügender Layer</translation>
    </message>
</context>
<context>
    <name>LayerMenu</name>
    <message>
        <source>Show as</source>
        <translation>Anzeigen als</translation>
    </message>
    <message>
        <source>Caption visible extent</source>
        <translation>Sichtbare Ausdehnung beschreiben</translation>
    </message>
    <message>
        <source>Ask about these two layers…</source>
        <translation>Zu diesen zwei Layern fragen…</translation>
    </message>
    <message>
        <source>Ask about these layers as a series…</source>
        <translation>Zu diesen Layern als Serie fragen…</translation>
    </message>
    <message>
        <source>Ask about this layer…</source>
        <translation>Zu diesem Layer fragen…</translation>
    </message>
    <message>
        <source>Describe change between layers</source>
        <translation>Änderung zwischen Layern beschreiben</translation>
    </message>
    <message>
        <source>Describe change between layers (select two)</source>
        <translation>Änderung zwischen Layern beschreiben (zwei wählen)</translation>
    </message>
    <message>
        <source>Add to series</source>
        <translation>Zur Serie hinzufügen</translation>
    </message>
    <message>
        <source>Add layers to series</source>
        <translation>Layer zur Serie hinzufügen</translation>
    </message>
    <message>
        <source>True colours</source>
        <translation>Echtfarben</translation>
    </message>
    <message>
        <source>False colours (near infrared, red, green)</source>
        <translation>Falschfarben (nahes Infrarot, Rot, Grün)</translation>
    </message>
    <message>
        <source>Agriculture (short-wave infrared, near infrared, blue)</source>
        <translation>Landwirtschaft (kurzwelliges Infrarot, nahes Infrarot, Blau)</translation>
    </message>
    <message>
        <source>Short-wave infrared, near infrared, red</source>
        <translation>Kurzwelliges Infrarot, nahes Infrarot, Rot</translation>
    </message>
    <message>
        <source>Urban (short-wave infrared, red)</source>
        <translation>Siedlung (kurzwelliges Infrarot, Rot)</translation>
    </message>
    <message>
        <source>Thermal</source>
        <translation>Thermal</translation>
    </message>
    <message>
        <source>Radar picture…</source>
        <translation>Radarbild …</translation>
    </message>
    <message>
        <source>What the bands show is not known.</source>
        <translation>Was die Bänder zeigen, ist nicht bekannt.</translation>
    </message>
</context>
<context>
    <name>Layers</name>
    <message>
        <source>Not all dates are known; check that the earlier layer comes first.</source>
        <translation>Nicht alle Daten sind bekannt; prüfen Sie, ob der frühere Layer zuerst steht.</translation>
    </message>
    <message>
        <source>Some dates are known too roughly to order them; check that the earlier layer comes first.</source>
        <translation>Einige Daten sind zu ungenau bekannt, um sie zu ordnen; prüfen Sie, dass der frühere Layer zuerst kommt.</translation>
    </message>
    <message>
        <source>The later date comes first; swap the layers or correct the dates.</source>
        <translation>Das spätere Datum steht zuerst; tauschen Sie die Layer oder berichtigen Sie die Daten.</translation>
    </message>
    <message>
        <source>Some dates are the same; correct them, or choose layers of different dates.</source>
        <translation>Einige Daten sind gleich; berichtigen Sie sie oder wählen Sie Layer verschiedener Daten.</translation>
    </message>
    <message>
        <source>“{layer}” is hidden on the map; the model still reads it.</source>
        <translation>„{layer}“ ist auf der Karte verborgen; das Modell liest den Layer trotzdem.</translation>
    </message>
    <message>
        <source>“{cover}” covers “{layer}” on the map; the model reads “{layer}”.</source>
        <translation>„{cover}“ verdeckt „{layer}“ auf der Karte; das Modell liest „{layer}“.</translation>
    </message>
</context>
<context>
    <name>ModelManager</name>
    <message>
        <source>Listing models</source>
        <translation>Modelle werden aufgelistet</translation>
    </message>
    <message>
        <source>Looking up the model</source>
        <translation>Das Modell wird gesucht</translation>
    </message>
    <message>
        <source>Downloading a model for UniRS</source>
        <translation>Ein Modell für UniRS wird heruntergeladen</translation>
    </message>
    <message>
        <source>Converting a model for UniRS</source>
        <translation>Ein Modell für UniRS wird umgewandelt</translation>
    </message>
    <message>
        <source>Removing a model</source>
        <translation>Ein Modell wird entfernt</translation>
    </message>
    <message>
        <source>Set up the runtime first.</source>
        <translation>Richten Sie zuerst die Laufzeitumgebung ein.</translation>
    </message>
</context>
<context>
    <name>ModelTransfers</name>
    <message>
        <source>Converting…</source>
        <translation>Wird umgewandelt…</translation>
    </message>
    <message>
        <source>{source} has to be converted before it can answer. The model folder will be {target}; it needs about as much space as the checkpoint.</source>
        <translation>{source} muss umgewandelt werden, bevor es antworten kann. Der Modellordner wird {target}; er braucht etwa so viel Platz wie der Checkpoint.</translation>
    </message>
    <message>
        <source>Convert</source>
        <translation>Umwandeln</translation>
    </message>
    <message>
        <source>Removing…</source>
        <translation>Wird entfernt…</translation>
    </message>
    <message>
        <source>Delete {name} ({size}) from this computer?</source>
        <translation>{name} ({size}) von diesem Rechner löschen?</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>Löschen</translation>
    </message>
    <message>
        <source>A model is being downloaded or converted…</source>
        <translation>Ein Modell wird heruntergeladen oder umgewandelt…</translation>
    </message>
    <message>
        <source>owner/model on the hub</source>
        <translation>Besitzer/Modell auf dem Hub</translation>
    </message>
    <message>
        <source>Download…</source>
        <translation>Herunterladen…</translation>
    </message>
    <message>
        <source>Shows the size first</source>
        <translation>Zeigt zuerst die Größe</translation>
    </message>
    <message>
        <source>Download by name</source>
        <translation>Mit Namen herunterladen</translation>
    </message>
    <message>
        <source>Getting the size…</source>
        <translation>Die Größe wird abgefragt…</translation>
    </message>
    <message>
        <source>not stated</source>
        <translation>nicht angegeben</translation>
    </message>
    <message>
        <source>{repository} is {size}, but only {free} are free on the disk; free some space and try again.</source>
        <translation>{repository} ist {size} groß, auf dem Datenträger sind aber nur {free} frei; schaffen Sie Platz und versuchen Sie es erneut.</translation>
    </message>
    <message>
        <source>{repository} is {size} (licence: {licence}; free: {free}).</source>
        <translation>{repository} ist {size} groß (Lizenz: {licence}; frei: {free}).</translation>
    </message>
    <message>
        <source>{rest} of it is still to be downloaded.</source>
        <translation>Davon sind {rest} noch herunterzuladen.</translation>
    </message>
    <message>
        <source>It has to be converted afterwards.</source>
        <translation>Es muss danach umgewandelt werden.</translation>
    </message>
    <message>
        <source>Downloading…</source>
        <translation>Wird heruntergeladen…</translation>
    </message>
    <message>
        <source>Download {rest}</source>
        <translation>{rest} herunterladen</translation>
    </message>
    <message>
        <source>Converting: {stage}…</source>
        <translation>Wird umgewandelt: {stage}…</translation>
    </message>
    <message>
        <source>Downloading: {done} of {total}, {speed} a second, {left}</source>
        <translation>Wird heruntergeladen: {done} von {total}, {speed} je Sekunde, {left}</translation>
    </message>
    <message>
        <source>Downloading: {done} of {total}</source>
        <translation>Wird heruntergeladen: {done} von {total}</translation>
    </message>
    <message>
        <source>The model has been downloaded.</source>
        <translation>Das Modell wurde heruntergeladen.</translation>
    </message>
    <message>
        <source>{name} can be chosen now.</source>
        <translation>{name} kann jetzt gewählt werden.</translation>
    </message>
    <message>
        <source>{name} has been removed.</source>
        <translation>{name} wurde entfernt.</translation>
    </message>
    <message>
        <source>Stopped. Partial files are kept.</source>
        <translation>Angehalten. Unvollständige Dateien bleiben erhalten.</translation>
    </message>
</context>
<context>
    <name>Models</name>
    <message>
        <source>The runtime cannot be started ({reason}); repair it.</source>
        <translation>Die Laufzeitumgebung kann nicht gestartet werden ({reason}); reparieren Sie sie.</translation>
    </message>
    <message>
        <source>The runtime&apos;s answer cannot be understood; repair the runtime.</source>
        <translation>Die Antwort der Laufzeitumgebung ist nicht zu verstehen; reparieren Sie die Laufzeitumgebung.</translation>
    </message>
    <message>
        <source>Nothing was sent: {host} is another computer, to which you have not let images be sent. Choose its model in Settings ▸ Options ▸ UniRS to do so.</source>
        <translation>Es wurde nichts gesendet: {host} ist ein anderer Rechner, an den Sie das Senden von Bildern nicht erlaubt haben. Wählen Sie dafür sein Modell unter Einstellungen ▸ Optionen ▸ UniRS.</translation>
    </message>
    <message>
        <source>The server&apos;s key cannot be read from QGIS&apos;s authentication store. Enter its master password when QGIS asks for it, or choose the key again in Settings ▸ Options ▸ UniRS.</source>
        <translation>Der Schlüssel des Servers kann nicht aus dem Authentifizierungsspeicher von QGIS gelesen werden. Geben Sie dessen Masterpasswort ein, wenn QGIS danach fragt, oder wählen Sie den Schlüssel unter Einstellungen ▸ Optionen ▸ UniRS neu.</translation>
    </message>
    <message>
        <source>The authentication “{name}” holds no key for a server: make one with an API header, or with the key as password and no user.</source>
        <translation>Die Authentifizierung „{name}“ enthält keinen Schlüssel für einen Server: legen Sie eine mit einem API-Header an, oder mit dem Schlüssel als Passwort und ohne Benutzer.</translation>
    </message>
    <message>
        <source>A server is named by its address and a model, such as server:http://localhost:11434/v1#qwen2.5vl.</source>
        <translation>Ein Server wird durch seine Adresse und ein Modell benannt, etwa server:http://localhost:11434/v1#qwen2.5vl.</translation>
    </message>
    <message>
        <source>Leave user, password and key out of the address: keys belong in QGIS&apos;s authentication store, below under Servers.</source>
        <translation>Lassen Sie Benutzer, Passwort und Schlüssel aus der Adresse weg: Schlüssel gehören in den Authentifizierungsspeicher von QGIS, unten unter „Server“.</translation>
    </message>
</context>
<context>
    <name>ModelsGroup</name>
    <message>
        <source>Models</source>
        <translation>Modelle</translation>
    </message>
    <message>
        <source>Asking the servers of this computer…</source>
        <translation>Die Server dieses Rechners werden abgefragt…</translation>
    </message>
    <message>
        <source>Find servers on this computer</source>
        <translation>Server auf diesem Rechner suchen</translation>
    </message>
    <message>
        <source>Asks the ports of this computer on which Ollama, LM Studio, llama.cpp and vLLM listen; nothing is asked before</source>
        <translation>Fragt die Ports dieses Rechners ab, an denen Ollama, LM Studio, llama.cpp und vLLM lauschen; vorher wird nichts abgefragt</translation>
    </message>
    <message>
        <source>Add folder…</source>
        <translation>Ordner hinzufügen…</translation>
    </message>
    <message>
        <source>Remove…</source>
        <translation>Entfernen…</translation>
    </message>
    <message>
        <source>The server lists no model that reads images.</source>
        <translation>Der Server führt kein Modell auf, das Bilder liest.</translation>
    </message>
    <message>
        <source>Download…</source>
        <translation>Herunterladen…</translation>
    </message>
    <message>
        <source>Resume download…</source>
        <translation>Herunterladen fortsetzen…</translation>
    </message>
    <message>
        <source>Convert…</source>
        <translation>Umwandeln…</translation>
    </message>
    <message>
        <source>Servers: {servers}. Models in the list: {models}.</source>
        <translation>Server: {servers}. Modelle in der Liste: {models}.</translation>
    </message>
    <message>
        <source>No server answered on this computer. Start Ollama, LM Studio, llama.cpp or vLLM, or add a model by the address of its server.</source>
        <translation>Auf diesem Rechner hat kein Server geantwortet. Starten Sie Ollama, LM Studio, llama.cpp oder vLLM, oder fügen Sie ein Modell über die Adresse seines Servers hinzu.</translation>
    </message>
    <message>
        <source>{name} is no longer on this computer; {other} is chosen instead.</source>
        <translation>{name} ist nicht mehr auf diesem Rechner; stattdessen ist {other} gewählt.</translation>
    </message>
    <message>
        <source>No images are sent to {host} before you allow it: choose the model again.</source>
        <translation>An {host} werden keine Bilder gesendet, bevor Sie es erlauben: wählen Sie das Modell noch einmal.</translation>
    </message>
    <message>
        <source>Asking {host} for its models…</source>
        <translation>{host} wird nach seinen Modellen gefragt…</translation>
    </message>
    <message>
        <source>Model folder</source>
        <translation>Modellordner</translation>
    </message>
    <message>
        <source>Add a model folder from elsewhere</source>
        <translation>Einen Modellordner von anderer Stelle hinzufügen</translation>
    </message>
    <message>
        <source>Convert a VILA-1.5 or an authors&apos; UniRS checkpoint to a model folder</source>
        <translation>Einen Checkpoint von VILA-1.5 oder UniRS (der Autoren) in einen Modellordner umwandeln</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>Modell</translation>
    </message>
    <message>
        <source>Add by name</source>
        <translation>Mit Namen hinzufügen</translation>
    </message>
    <message>
        <source>Set up the runtime first: it lists and downloads models.</source>
        <translation>Richten Sie zuerst die Laufzeitumgebung ein: Sie listet Modelle auf und lädt sie herunter.</translation>
    </message>
    <message>
        <source>Checkpoint to convert</source>
        <translation>Umzuwandelnder Checkpoint</translation>
    </message>
</context>
<context>
    <name>ModelsView</name>
    <message>
        <source>Models</source>
        <translation>Modelle</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>Modell</translation>
    </message>
    <message>
        <source>Engine</source>
        <translation>Engine</translation>
    </message>
    <message>
        <source>Memory</source>
        <translation>Speicher</translation>
    </message>
    <message>
        <source>On disk</source>
        <translation>Auf dem Datenträger</translation>
    </message>
    <message>
        <source>Use</source>
        <translation>Nutzung</translation>
    </message>
    <message>
        <source>Licence</source>
        <translation>Lizenz</translation>
    </message>
    <message>
        <source>Tried</source>
        <translation>Erprobt</translation>
    </message>
    <message>
        <source>Memory that it needs on this computer, in the chosen precision</source>
        <translation>Speicher, den es auf diesem Rechner mit der gewählten Genauigkeit braucht</translation>
    </message>
    <message>
        <source>Kind of use that the licence allows</source>
        <translation>Art der Nutzung, die die Lizenz erlaubt</translation>
    </message>
    <message>
        <source>Whether UniRS was tried with it</source>
        <translation>Ob UniRS damit erprobt wurde</translation>
    </message>
</context>
<context>
    <name>NameField</name>
    <message>
        <source>A model folder, hf:OWNER/NAME for a model that was downloaded from a hub, or server:URL#MODEL. An address of a server alone lists its models.</source>
        <translation>Ein Modellordner, hf:OWNER/NAME für ein Modell, das von einem Hub heruntergeladen wurde, oder server:URL#MODEL. Die Adresse eines Servers allein listet seine Modelle auf.</translation>
    </message>
    <message>
        <source>Add</source>
        <translation>Hinzufügen</translation>
    </message>
</context>
<context>
    <name>OptionBars</name>
    <message>
        <source>Probability of each answer</source>
        <translation>Wahrscheinlichkeit jeder Antwort</translation>
    </message>
</context>
<context>
    <name>Options</name>
    <message>
        <source>of an unknown version</source>
        <translation>unbekannter Version</translation>
    </message>
    <message>
        <source>{model} on {host}</source>
        <translation>{model} auf {host}</translation>
    </message>
    <message>
        <source>{name} (experimental)</source>
        <translation>{name} (experimentell)</translation>
    </message>
    <message>
        <source>Server</source>
        <translation>Server</translation>
    </message>
    <message>
        <source>any use, also commercial</source>
        <translation>jede Nutzung, auch kommerziell</translation>
    </message>
    <message>
        <source>no commercial use</source>
        <translation>keine kommerzielle Nutzung</translation>
    </message>
    <message>
        <source>allowed use not known</source>
        <translation>erlaubte Nutzung nicht bekannt</translation>
    </message>
    <message>
        <source>any</source>
        <translation>jede</translation>
    </message>
    <message>
        <source>non-commercial</source>
        <translation>nicht kommerziell</translation>
    </message>
    <message>
        <source>yes</source>
        <translation>ja</translation>
    </message>
    <message>
        <source>no</source>
        <translation>nein</translation>
    </message>
    <message>
        <source>{name} reads no images, by the list of its server: choose another model.</source>
        <translation>{name} liest laut der Liste seines Servers keine Bilder: wählen Sie ein anderes Modell.</translation>
    </message>
    <message>
        <source>{name} needs {need} of memory in {precision}; this computer has {memory}. It fits with another precision: {others}.</source>
        <translation>{name} braucht mit {precision} {need} Speicher; dieser Rechner hat {memory}. Mit einer anderen Genauigkeit passt es: {others}.</translation>
    </message>
    <message>
        <source>{name} needs {need} of memory in {precision}; this computer has {memory}. Choose a smaller model.</source>
        <translation>{name} braucht mit {precision} {need} Speicher; dieser Rechner hat {memory}. Wählen Sie ein kleineres Modell.</translation>
    </message>
    <message>
        <source>Licence: {licence} ({use}).</source>
        <translation>Lizenz: {licence} ({use}).</translation>
    </message>
    <message>
        <source>not stated</source>
        <translation>nicht angegeben</translation>
    </message>
    <message>
        <source>UniRS was tried with this model.</source>
        <translation>UniRS wurde mit diesem Modell erprobt.</translation>
    </message>
    <message>
        <source>UniRS was not tried with this model.</source>
        <translation>UniRS wurde mit diesem Modell nicht erprobt.</translation>
    </message>
    <message>
        <source>It makes no change maps.</source>
        <translation>Es erstellt keine Änderungskarten.</translation>
    </message>
    <message>
        <source>Memory by precision: {list}.</source>
        <translation>Speicher nach Genauigkeit: {list}.</translation>
    </message>
    <message>
        <source>Images leave this computer: they are sent to {host}.</source>
        <translation>Bilder verlassen diesen Rechner: sie werden an {host} gesendet.</translation>
    </message>
    <message>
        <source>Images stay on this computer.</source>
        <translation>Bilder bleiben auf diesem Rechner.</translation>
    </message>
    <message>
        <source>{count} min left</source>
        <translation>noch {count} min</translation>
    </message>
    <message>
        <source>{count} s left</source>
        <translation>noch {count} s</translation>
    </message>
</context>
<context>
    <name>OverflowRow</name>
    <message>
        <source>More suggestions</source>
        <translation>Weitere Vorschläge</translation>
    </message>
</context>
<context>
    <name>PairGuard</name>
    <message>
        <source>UniRS: comparing the two dates</source>
        <translation>UniRS: Vergleich der beiden Aufnahmen</translation>
    </message>
</context>
<context>
    <name>Processing</name>
    <message>
        <source>One layer is an image, two are a pair of dates, more are a series; they are read in the order of their dates.</source>
        <translation>Ein Layer ist ein Bild, zwei sind ein Bildpaar, mehr sind eine Zeitreihe; sie werden in der Reihenfolge ihrer Daten gelesen.</translation>
    </message>
    <message>
        <source>Without options the answer is free text. With options, such as yes,no, each of them gets a probability: the text is the most likely option, the column probability has its probability, and there is a column for each option (p_yes, p_no). Several views average these probabilities over turned and mirrored views of each tile: slower but more reliable.</source>
        <translation>Ohne Auswahl ist die Antwort freier Text. Mit einer Auswahl wie yes,no erhält jede Antwort eine Wahrscheinlichkeit: Der Text ist die wahrscheinlichste, die Spalte probability enthält ihre Wahrscheinlichkeit, und für jede Antwort gibt es eine Spalte (p_yes, p_no). Mehrere Ansichten mitteln diese Wahrscheinlichkeiten über gedrehte und gespiegelte Ansichten jeder Kachel: langsamer, aber zuverlässiger.</translation>
    </message>
    <message>
        <source>Answer tiles</source>
        <translation>Kacheln befragen</translation>
    </message>
    <message>
        <source>Asks one question about every tile of a raster layer, two dates or a series.</source>
        <translation>Stellt eine Frage zu jeder Kachel eines Rasterlayers, zweier Zeitpunkte oder einer Zeitreihe.</translation>
    </message>
    <message>
        <source>question,ask,answer,VQA,yes,no,probability,options,two dates,tiles,grid,raster,AI</source>
        <translation>Frage,fragen,Antwort,VQA,ja,nein,Wahrscheinlichkeit,Antwortmöglichkeiten,zwei Zeitpunkte,Kacheln,Gitter,Raster,KI</translation>
    </message>
    <message>
        <source>Options, comma-separated (free answer if empty)</source>
        <translation>Auswahl, durch Kommas getrennt (leer: freie Antwort)</translation>
    </message>
    <message>
        <source>The question is empty; enter one.</source>
        <translation>Die Frage ist leer; geben Sie eine ein.</translation>
    </message>
    <message>
        <source>Question</source>
        <translation>Frage</translation>
    </message>
    <message>
        <source>Ask the imagery</source>
        <translation>Bilddaten befragen</translation>
    </message>
    <message>
        <source>No temporary folder can be made for the crops ({reason}); free some space on its disk.</source>
        <translation>Für die Ausschnitte kann kein temporärer Ordner angelegt werden ({reason}); schaffen Sie Platz auf dessen Datenträger.</translation>
    </message>
    <message>
        <source>{model} is experimental: check its answers.</source>
        <translation>{model} ist experimentell: Prüfen Sie seine Antworten.</translation>
    </message>
    <message>
        <source>{reason} Set up the runtime in QGIS under Settings ▸ Options ▸ UniRS, or let the environment variable {variable} name the Python of an environment that has unirs.</source>
        <translation>{reason} Richten Sie die Laufzeitumgebung in QGIS unter Einstellungen ▸ Optionen ▸ UniRS ein, oder nennen Sie in der Umgebungsvariablen {variable} das Python einer Umgebung, die unirs enthält.</translation>
    </message>
    <message>
        <source>Model (name, folder, hf:OWNER/NAME or server:URL#MODEL)</source>
        <translation>Modell (Name, Ordner, hf:OWNER/NAME oder server:URL#MODEL)</translation>
    </message>
    <message>
        <source>Precision (auto, float32, bfloat16, float16, int8, int4)</source>
        <translation>Genauigkeit (auto, float32, bfloat16, float16, int8, int4)</translation>
    </message>
    <message>
        <source>Device (auto, cpu, cuda…)</source>
        <translation>Gerät (auto, cpu, cuda…)</translation>
    </message>
    <message>
        <source>Generate a clue first</source>
        <translation>Zuerst einen Hinweis erzeugen</translation>
    </message>
    <message>
        <source>Maximum length of an answer, in tokens</source>
        <translation>Größte Länge einer Antwort in Token</translation>
    </message>
    <message>
        <source>Align the later dates with the first one</source>
        <translation>Die späteren Aufnahmen an der ersten ausrichten</translation>
    </message>
    <message>
        <source>Give the later dates the colours of the first one</source>
        <translation>Den späteren Aufnahmen die Farben der ersten geben</translation>
    </message>
    <message>
        <source>Resume: keep the rows that the output has already</source>
        <translation>Fortsetzen: Zeilen behalten, die die Ausgabe schon hat</translation>
    </message>
    <message>
        <source>Answer features</source>
        <translation>Objekte befragen</translation>
    </message>
    <message>
        <source>Asks one question about every polygon of a layer, or describes it, as new attributes of it.</source>
        <translation>Stellt eine Frage zu jedem Polygon eines Layers oder beschreibt es, als neue Attribute.</translation>
    </message>
    <message>
        <source>question,ask,answer,verdict,yes,no,probability,damage,caption,describe,change,text,features,polygons,buildings,attributes,field,in place,edit,imagery,AI</source>
        <translation>Frage,fragen,Antwort,Entscheidung,ja,nein,Wahrscheinlichkeit,Schaden,Bildbeschreibung,beschreiben,Änderung,Text,Objekte,Polygone,Gebäude,Attribute,Feld,bearbeiten,Luftbild,KI</translation>
    </message>
    <message>
        <source>Answered features</source>
        <translation>Beantwortete Objekte</translation>
    </message>
    <message>
        <source>The model gets the bounding box of each polygon, with a margin of context in percent of the box&apos;s width and height on each side. Of a feature with several parts it gets the box around all of them.</source>
        <translation>Das Modell bekommt das umschließende Rechteck jedes Polygons, mit einem Rand in Prozent der Breite und Höhe des Rechtecks auf jeder Seite. Bei einem Objekt mit mehreren Teilen ist es das Rechteck um alle Teile.</translation>
    </message>
    <message>
        <source>With options, such as none,partly,destroyed, the answer is the most likely of them, and each has a column with its probability; without them it is free text. Two layers are two dates, more are a series. Without a question, one layer is described in words, and for two layers the change.</source>
        <translation>Mit Antwortmöglichkeiten, etwa none,partly,destroyed, ist die Antwort die wahrscheinlichste davon, und jede hat eine Wahrscheinlichkeit in einer eigenen Spalte; ohne sie ist sie freier Text. Zwei Layer sind zwei Zeitpunkte, mehr sind eine Zeitreihe. Ohne Frage wird ein Layer in Worten beschrieben, bei zwei Layern das, was sich geändert hat.</translation>
    </message>
    <message>
        <source>The output has the same features with the answers as new columns; a column of the same name is replaced, which a prefix avoids.</source>
        <translation>Die Ausgabe hat dieselben Objekte mit den Antworten als neuen Spalten; eine Spalte mit demselben Namen wird ersetzt, was ein Präfix vermeidet.</translation>
    </message>
    <message>
        <source>Into the layer itself: no output is made. The answers become attributes of the layer&apos;s own features, at the end of the run or when it is cancelled, as one step that can be undone. Its edits are left for you to save.</source>
        <translation>In den Layer selbst: Es entsteht keine Ausgabe. Die Antworten werden am Ende des Laufs oder beim Abbrechen Attribute der Objekte des Layers, als ein Schritt, der rückgängig gemacht werden kann. Das Speichern der Änderungen bleibt Ihnen überlassen.</translation>
    </message>
    <message>
        <source>With a GeoPackage as output every row is saved at once, and another run with the same output continues where the last one ended.</source>
        <translation>Mit einem GeoPackage als Ausgabe wird jede Zeile sofort festgehalten, und ein weiterer Lauf mit derselben Ausgabe macht dort weiter, wo der letzte endete.</translation>
    </message>
    <message>
        <source>Question (a description if empty)</source>
        <translation>Frage (eine Beschreibung, wenn leer)</translation>
    </message>
    <message>
        <source>Polygon layer</source>
        <translation>Polygonlayer</translation>
    </message>
    <message>
        <source>Margin around each polygon, in percent of its size</source>
        <translation>Rand um jedes Polygon, in Prozent seiner Größe</translation>
    </message>
    <message>
        <source>A question is needed for options and for a series; enter one.</source>
        <translation>Antwortmöglichkeiten und Zeitreihen brauchen eine Frage; geben Sie eine ein.</translation>
    </message>
    <message>
        <source>The answers have no output; choose one, or the layer itself.</source>
        <translation>Die Antworten haben keine Ausgabe; wählen Sie eine oder den Layer selbst.</translation>
    </message>
    <message>
        <source>Features longer than {pixels} pixels of the layer: {count}. The model gets them at a far coarser resolution; use Answer tiles with them as clip polygons.</source>
        <translation>Objekte, die länger als {pixels} Pixel des Layers sind: {count}. Das Modell bekommt sie in viel gröberer Auflösung; „Kacheln befragen“ nimmt sie als Zuschneidepolygone.</translation>
    </message>
    <message>
        <source>Raster layer</source>
        <translation>Rasterlayer</translation>
    </message>
    <message>
        <source>Into the polygon layer itself, as one step to undo</source>
        <translation>In den Polygonlayer selbst, als ein rückgängig zu machender Schritt</translation>
    </message>
    <message>
        <source>Prefix of new columns</source>
        <translation>Präfix neuer Spalten</translation>
    </message>
    <message>
        <source>Features: {count}.</source>
        <translation>Objekte: {count}.</translation>
    </message>
    <message>
        <source>Feature {id}</source>
        <translation>Objekt {id}</translation>
    </message>
    <message>
        <source>Caption tiles</source>
        <translation>Kacheln beschreiben</translation>
    </message>
    <message>
        <source>Captioned tiles</source>
        <translation>Beschriebene Kacheln</translation>
    </message>
    <message>
        <source>caption,describe,text,tiles,grid,raster,image,imagery,language model,AI</source>
        <translation>beschreiben,beschreibung,text,kacheln,gitter,raster,bild,bilddaten,sprachmodell,KI</translation>
    </message>
    <message>
        <source>Describes every tile of a raster layer in words.</source>
        <translation>Beschreibt jede Kachel eines Rasterlayers in Worten.</translation>
    </message>
    <message>
        <source>Classify tiles</source>
        <translation>Kacheln klassifizieren</translation>
    </message>
    <message>
        <source>Classified tiles</source>
        <translation>Klassifizierte Kacheln</translation>
    </message>
    <message>
        <source>classify,classes,scene,event,land use,time series,probability,tiles,grid,raster,AI</source>
        <translation>klassifizieren,klassen,szene,ereignis,landnutzung,zeitreihe,wahrscheinlichkeit,kacheln,gitter,raster,KI</translation>
    </message>
    <message>
        <source>With one layer the classes are those of the scene, such as rural,urban. Two or more layers are a series, in the order of their dates; its classes are events. If none are given, the model&apos;s own are used: 30 scenes, or the 25 events of the ERA data set. The text is the most likely class, the column probability has its probability, and there is a column for each class. A question of your own may replace the request to classify.</source>
        <translation>Bei einem Layer sind die Klassen die der Szene, etwa rural,urban. Zwei oder mehr Layer sind eine Serie in der Reihenfolge ihrer Daten; deren Klassen sind Ereignisse. Ohne Angabe gelten die des Modells: 30 Szenen, oder die 25 Ereignisse des ERA-Datensatzes. Der Text ist die wahrscheinlichste Klasse, die Spalte probability enthält ihre Wahrscheinlichkeit, und für jede Klasse gibt es eine Spalte. Eine eigene Frage kann die Aufforderung zu klassifizieren ersetzen.</translation>
    </message>
    <message>
        <source>Sorts every tile of a raster layer, or of a series of dates, into classes.</source>
        <translation>Ordnet jede Kachel eines Rasterlayers oder einer Zeitreihe in Klassen ein.</translation>
    </message>
    <message>
        <source>Classes, comma-separated (those of the model if empty)</source>
        <translation>Klassen, durch Kommas getrennt (leer: die des Modells)</translation>
    </message>
    <message>
        <source>The run was cancelled before the model was loaded.</source>
        <translation>Der Lauf wurde abgebrochen, bevor das Modell geladen war.</translation>
    </message>
    <message>
        <source>Raster layer, or layers of a series</source>
        <translation>Rasterlayer oder Layer einer Serie</translation>
    </message>
    <message>
        <source>Question, instead of the request to classify</source>
        <translation>Frage anstelle der Aufforderung zu klassifizieren</translation>
    </message>
    <message>
        <source>Describe change tiles</source>
        <translation>Änderung der Kacheln beschreiben</translation>
    </message>
    <message>
        <source>Described change</source>
        <translation>Beschriebene Änderung</translation>
    </message>
    <message>
        <source>change,change detection,compare,before,after,two dates,caption,text,tiles,grid,AI</source>
        <translation>änderung,änderungserkennung,vergleichen,vorher,nachher,zwei zeitpunkte,beschreibung,text,kacheln,gitter,KI</translation>
    </message>
    <message>
        <source>With several views the probability of a change is averaged over turned and mirrored views of each tile: slower but more reliable. The text is that of the unturned view.</source>
        <translation>Mit mehreren Ansichten wird die Wahrscheinlichkeit einer Änderung über gedrehte und gespiegelte Ansichten jeder Kachel gemittelt: langsamer, aber zuverlässiger. Der Text ist der der ungedrehten Ansicht.</translation>
    </message>
    <message>
        <source>Describes in words what changed in every tile between two dates.</source>
        <translation>Beschreibt in Worten, was sich in jeder Kachel zwischen zwei Zeitpunkten geändert hat.</translation>
    </message>
    <message>
        <source>The column changed is yes or no, as the model scores it. Both layers are drawn on one grid, in the CRS of the layer before; they may differ in CRS and resolution.</source>
        <translation>Die Spalte changed enthält yes oder no, wie das Modell es bewertet. Beide Layer werden auf einem gemeinsamen Raster gezeichnet, im KBS des früheren Layers; KBS und Auflösung dürfen sich unterscheiden.</translation>
    </message>
    <message>
        <source>The layer {layer} cannot be edited; choose an output instead of the layer itself.</source>
        <translation>Der Layer {layer} kann nicht bearbeitet werden; wählen Sie eine Ausgabe anstelle des Layers selbst.</translation>
    </message>
    <message>
        <source>Answered tiles</source>
        <translation>Beantwortete Kacheln</translation>
    </message>
    <message>
        <source>Raster layer before</source>
        <translation>Rasterlayer vorher</translation>
    </message>
    <message>
        <source>Raster layer after</source>
        <translation>Rasterlayer nachher</translation>
    </message>
    <message>
        <source>The extent is covered by whole tiles of one size, row by row from its upper left corner. The model gets what the map shows: bands, stretch and transparency of the layer. Tiles with less than 5 % of data are skipped: their status is nodata. A tile that fails has the status failed and its error in the row.</source>
        <translation>Die Ausdehnung wird mit ganzen Kacheln einer Größe bedeckt, Zeile für Zeile von ihrer oberen linken Ecke aus. Das Modell sieht von einer Kachel, was die Karte zeigt: Kanäle, Streckung und Transparenz des Layers. Zu Kacheln mit weniger als 5&#xa0;% Daten wird nicht gefragt: Ihr Status ist nodata. Eine Kachel, die misslingt, hat den Status failed und ihren Fehler in der Zeile.</translation>
    </message>
    <message>
        <source>With a GeoPackage as output every row is saved at once; run again with the same output to continue where a run ended. Existing rows stay, failed ones are repeated. A file of another format is written when the run ends or is cancelled.</source>
        <translation>Mit einem GeoPackage als Ausgabe wird jede Zeile sofort gespeichert, was auch geschieht; mit derselben Ausgabe geht es dort weiter, wo ein Lauf endete. Vorhandene Zeilen bleiben, fehlgeschlagene werden erneut gefragt. Eine Datei in einem anderen Format wird geschrieben, wenn der Lauf endet oder abgebrochen wird.</translation>
    </message>
    <message>
        <source>The clip polygons do not touch the extent; choose others, or leave them out.</source>
        <translation>Die Zuschneidepolygone berühren die Ausdehnung nicht; wählen Sie andere oder lassen Sie sie weg.</translation>
    </message>
    <message>
        <source>Tiles: {count}.</source>
        <translation>Kacheln: {count}.</translation>
    </message>
    <message>
        <source>The layer {layer} has no pixels of its own; give the tile size in map units.</source>
        <translation>Der Layer {layer} hat keine eigenen Pixel; geben Sie die Kachelgröße in Karteneinheiten an.</translation>
    </message>
    <message>
        <source>The extent and the layers ({layers}) do not overlap; choose another extent.</source>
        <translation>Die Ausdehnung und die Layer ({layers}) überlappen nicht; wählen Sie eine andere Ausdehnung.</translation>
    </message>
    <message>
        <source>Extent</source>
        <translation>Ausdehnung</translation>
    </message>
    <message>
        <source>One of the layers {first} and {second} has no CRS, so that their extents cannot be compared; set it in the layer&apos;s properties.</source>
        <translation>Einer der Layer {first} und {second} hat kein KBS, sodass ihre Ausdehnungen nicht verglichen werden können; setzen Sie es in den Layereigenschaften.</translation>
    </message>
    <message>
        <source>The layer {layer} cannot be transformed to the CRS {crs}; choose another layer.</source>
        <translation>Der Layer {layer} kann nicht in das KBS {crs} transformiert werden; wählen Sie einen anderen Layer.</translation>
    </message>
    <message>
        <source>Number of views of each image</source>
        <translation>Anzahl der Ansichten je Bild</translation>
    </message>
    <message>
        <source>Tile size</source>
        <translation>Kachelgröße</translation>
    </message>
    <message>
        <source>Unit of tile size and overlap</source>
        <translation>Einheit von Kachelgröße und Überlappung</translation>
    </message>
    <message>
        <source>pixels of the layer</source>
        <translation>Pixel des Layers</translation>
    </message>
    <message>
        <source>map units of the layer</source>
        <translation>Karteneinheiten des Layers</translation>
    </message>
    <message>
        <source>Overlap of neighbours</source>
        <translation>Überlappung benachbarter Kacheln</translation>
    </message>
    <message>
        <source>Extent (all of the layer if empty)</source>
        <translation>Ausdehnung (leer: ganzer Layer)</translation>
    </message>
    <message>
        <source>Only tiles that touch these polygons</source>
        <translation>Nur Kacheln, die diese Polygone berühren</translation>
    </message>
    <message>
        <source>Tile {row}/{column}</source>
        <translation>Kachel {row}/{column}</translation>
    </message>
    <message>
        <source>The tile size must be greater than 0.</source>
        <translation>Die Kachelgröße muss größer als 0 sein.</translation>
    </message>
    <message>
        <source>The overlap must be less than the tile size, and not negative.</source>
        <translation>Die Überlappung muss kleiner als die Kachelgröße und darf nicht negativ sein.</translation>
    </message>
    <message>
        <source>The extent is empty; choose another one.</source>
        <translation>Die Ausdehnung ist leer; wählen Sie eine andere.</translation>
    </message>
    <message>
        <source>There would be more than a million tiles; choose larger tiles or a smaller extent, and check the unit of the tile size.</source>
        <translation>Es gäbe mehr als eine Million Kacheln; wählen Sie größere Kacheln oder eine kleinere Ausdehnung. Prüfen Sie die Einheit der Kachelgröße.</translation>
    </message>
    <message>
        <source>The options {options} leave no choice; name at least two, each once.</source>
        <translation>Die Auswahl {options} lässt keine Wahl; nennen Sie mindestens zwei Antworten, jede einmal.</translation>
    </message>
    <message>
        <source>The feature has no geometry with an area in the CRS of the raster; fix it.</source>
        <translation>Das Objekt hat keine Geometrie mit einer Fläche im KBS des Rasters; berichtigen Sie sie.</translation>
    </message>
    <message>
        <source>0 of {total}</source>
        <translation>0 von {total}</translation>
    </message>
    <message>
        <source>{done} of {total}, {rate:.2f} a second, {left} left</source>
        <translation>{done} von {total}, {rate:.2f} je Sekunde, noch {left}</translation>
    </message>
    <message>
        <source>{hours} h {minutes} min</source>
        <translation>{hours} h {minutes} min</translation>
    </message>
    <message>
        <source>{minutes} min {seconds} s</source>
        <translation>{minutes} min {seconds} s</translation>
    </message>
    <message>
        <source>{seconds} s</source>
        <translation>{seconds} s</translation>
    </message>
    <message>
        <source>{done} of {total} are in the output already.</source>
        <translation>{done} von {total} sind schon in der Ausgabe.</translation>
    </message>
    <message>
        <source>Loading the model…</source>
        <translation>Das Modell wird geladen…</translation>
    </message>
    <message>
        <source>{file} holds rows about other extents than those of this run; choose another output, or switch resuming off to replace them.</source>
        <translation>{file} enthält Zeilen zu anderen Ausdehnungen als denen dieses Laufs; wählen Sie eine andere Ausgabe, oder schalten Sie das Fortsetzen aus, um sie zu ersetzen.</translation>
    </message>
    <message>
        <source>{file} holds a table of another kind; choose another output, or switch resuming off to replace it.</source>
        <translation>{file} enthält eine Tabelle anderer Art; wählen Sie eine andere Ausgabe, oder schalten Sie das Fortsetzen aus, um sie zu ersetzen.</translation>
    </message>
    <message>
        <source>{file} exists and is no GeoPackage that can be opened; choose another output.</source>
        <translation>{file} existiert und ist kein GeoPackage, das geöffnet werden kann; wählen Sie eine andere Ausgabe.</translation>
    </message>
    <message>
        <source>it cannot be opened after it was made</source>
        <translation>sie lässt sich nach dem Anlegen nicht öffnen</translation>
    </message>
    <message>
        <source>{file} cannot be written ({reason}); the rows so far are kept. Free some space or choose another output, and resume.</source>
        <translation>{file} kann nicht geschrieben werden ({reason}); die bisherigen Zeilen bleiben erhalten. Schaffen Sie Platz oder wählen Sie eine andere Ausgabe, und setzen Sie fort.</translation>
    </message>
    <message>
        <source>The output {file} cannot be made ({reason}); choose another one, or free some space.</source>
        <translation>Die Ausgabe {file} kann nicht angelegt werden ({reason}); wählen Sie eine andere, oder schaffen Sie Platz.</translation>
    </message>
    <message>
        <source>changed</source>
        <translation>verändert</translation>
    </message>
    <message>
        <source>unchanged</source>
        <translation>unverändert</translation>
    </message>
    <message>
        <source>no answer</source>
        <translation>keine Antwort</translation>
    </message>
    <message>
        <source>answered</source>
        <translation>beantwortet</translation>
    </message>
    <message>
        <source>no data</source>
        <translation>keine Daten</translation>
    </message>
    <message>
        <source>failed</source>
        <translation>misslungen</translation>
    </message>
    <message>
        <source>The run was interrupted.</source>
        <translation>Der Lauf wurde unterbrochen.</translation>
    </message>
    <message>
        <source>Finished rows are kept; with a GeoPackage as output the same run continues from there.</source>
        <translation>Die fertigen Zeilen bleiben erhalten; mit einem GeoPackage als Ausgabe setzt derselbe Lauf dort fort.</translation>
    </message>
    <message>
        <source>QGIS allows no | in its name</source>
        <translation>QGIS erlaubt kein | in seinem Namen</translation>
    </message>
    <message>
        <source>{file} cannot be written ({reason}); the answers are kept in {kept}. Free some space and run again, or choose a GeoPackage as output.</source>
        <translation>{file} kann nicht geschrieben werden ({reason}); die Antworten sind in {kept} gespeichert. Schaffen Sie Platz und starten Sie erneut, oder wählen Sie ein GeoPackage als Ausgabe.</translation>
    </message>
    <message>
        <source>Another run is writing to {file}; wait until it has ended, or choose another output.</source>
        <translation>Ein anderer Lauf schreibt in {file}; warten Sie, bis er beendet ist, oder wählen Sie eine andere Ausgabe.</translation>
    </message>
    <message>
        <source>its folder is read-only</source>
        <translation>sein Ordner ist schreibgeschützt</translation>
    </message>
    <message>
        <source>there is no such folder</source>
        <translation>diesen Ordner gibt es nicht</translation>
    </message>
    <message>
        <source>Answer</source>
        <translation>Antwort</translation>
    </message>
    <message>
        <source>Probability of each option (JSON)</source>
        <translation>Wahrscheinlichkeit jeder Antwortmöglichkeit (JSON)</translation>
    </message>
    <message>
        <source>Model that answered</source>
        <translation>Modell, das geantwortet hat</translation>
    </message>
    <message>
        <source>Digest of the model</source>
        <translation>Prüfsumme des Modells</translation>
    </message>
    <message>
        <source>Engine</source>
        <translation>Engine</translation>
    </message>
    <message>
        <source>Host that the images were sent to</source>
        <translation>Rechner, an den die Bilder gesendet wurden</translation>
    </message>
    <message>
        <source>Footprint (WKT, in the layer&apos;s CRS)</source>
        <translation>Fußabdruck (WKT, im KBS des Layers)</translation>
    </message>
    <message>
        <source>Acquisition dates (JSON)</source>
        <translation>Aufnahmedaten (JSON)</translation>
    </message>
    <message>
        <source>Confidence (0 to 1)</source>
        <translation>Sicherheit (0 bis 1)</translation>
    </message>
    <message>
        <source>Whether anything has changed</source>
        <translation>Ob sich etwas geändert hat</translation>
    </message>
    <message>
        <source>Whether the model is not sure</source>
        <translation>Ob das Modell nicht sicher ist</translation>
    </message>
    <message>
        <source>Warnings about the images (JSON)</source>
        <translation>Warnungen zu den Bildern (JSON)</translation>
    </message>
    <message>
        <source>The model gets one image of each layer: what the map shows of the extent, with the bands, stretch and transparency of the layer, made smaller to the size that the model reads. Use the algorithms on tiles for small things in a large extent.</source>
        <translation>Das Modell erhält ein Bild je Layer: was die Karte von der Ausdehnung zeigt, mit den Kanälen, der Streckung und der Transparenz des Layers, verkleinert auf die Größe, die das Modell liest. Für kleine Dinge in einer großen Ausdehnung sind die Algorithmen für Kacheln da.</translation>
    </message>
    <message>
        <source>Nothing is written and no layer is added, except a change map that you ask for. Outputs are ANSWER, CONFIDENCE (0 to 1, of the option, the verdict or the text), PROBABILITIES (JSON, by option), UNSURE, CHANGED, MODEL_NAME, DIGEST, ENGINE, HOST (empty if the images stayed on this computer), FOOTPRINT, DATES and WARNINGS. A value that the model does not give is empty. A failure ends the run with its reason.</source>
        <translation>Es wird nichts geschrieben und kein Layer hinzugefügt, außer einer Änderungskarte, die Sie anfordern. Ausgaben sind ANSWER, CONFIDENCE (0 bis 1, der Antwortmöglichkeit, der Entscheidung oder des Textes), PROBABILITIES (JSON, je Antwortmöglichkeit), UNSURE, CHANGED, MODEL_NAME, DIGEST, ENGINE, HOST (leer, wenn die Bilder auf diesem Computer geblieben sind), FOOTPRINT, DATES und WARNINGS. Ein Wert, den das Modell nicht liefert, ist leer. Ein Fehler beendet den Lauf mit seinem Grund.</translation>
    </message>
    <message>
        <source>The output {file} would overwrite a layer that is asked about; choose another file.</source>
        <translation>Die Ausgabe {file} würde einen Layer überschreiben, nach dem gefragt wird; wählen Sie eine andere Datei.</translation>
    </message>
    <message>
        <source>On the map of {layer} the extent lies at both ends, across 180 degrees; ask about one side at a time.</source>
        <translation>Auf der Karte von {layer} liegt die Ausdehnung an beiden Enden, über 180 Grad hinweg; fragen Sie nach einer Seite auf einmal.</translation>
    </message>
    <message>
        <source>Asking {model}…</source>
        <translation>{model} wird gefragt…</translation>
    </message>
    <message>
        <source>The layer {layer} has no data in this extent; choose another extent.</source>
        <translation>Der Layer {layer} hat in dieser Ausdehnung keine Daten; wählen Sie eine andere Ausdehnung.</translation>
    </message>
    <message>
        <source>One layer is an image, two are a pair of dates, more are a series; they are read in the order of their dates. Without options the answer is free text. With options, such as yes,no, the answer is the most likely one, and each has a probability.</source>
        <translation>Ein Layer ist ein Bild, zwei sind ein Bildpaar, mehr sind eine Zeitreihe; sie werden in der Reihenfolge ihrer Daten gelesen. Ohne Antwortmöglichkeiten ist die Antwort freier Text. Mit Antwortmöglichkeiten wie yes,no ist die Antwort die wahrscheinlichste, und jede hat eine Wahrscheinlichkeit.</translation>
    </message>
    <message>
        <source>Ask</source>
        <translation>Fragen</translation>
    </message>
    <message>
        <source>Asks one question about an extent of a raster layer, two dates or a series.</source>
        <translation>Stellt eine Frage zu einer Ausdehnung eines Rasterlayers, eines Bildpaars oder einer Zeitreihe.</translation>
    </message>
    <message>
        <source>question,ask,answer,VQA,yes,no,probability,options,raster,dates,series,agent,AI</source>
        <translation>Frage,fragen,Antwort,VQA,ja,nein,Wahrscheinlichkeit,Antwortmöglichkeiten,Raster,Daten,Zeitreihe,Agent,KI</translation>
    </message>
    <message>
        <source>Raster layer, two dates, or layers of a series</source>
        <translation>Rasterlayer, zwei Zeitpunkte oder Layer einer Zeitreihe</translation>
    </message>
    <message>
        <source>ANSWER is a sentence, CHANGED the model&apos;s own verdict. The change map is a GeoTIFF of the probability of change in percent; only models of UniRS make one, and a run that asks another model for it fails. Both layers are drawn on one grid, in the CRS of the layer before; they may differ in CRS and resolution.</source>
        <translation>ANSWER ist ein Satz, CHANGED die Entscheidung des Modells selbst. Die Änderungskarte ist ein GeoTIFF der Wahrscheinlichkeit einer Änderung in Prozent; nur UniRS-Modelle erzeugen eine, und ein Lauf, der sie von einem anderen Modell verlangt, schlägt fehl. Beide Layer werden auf einem gemeinsamen Raster gezeichnet, im KBS des früheren Layers; KBS und Auflösung dürfen sich unterscheiden.</translation>
    </message>
    <message>
        <source>With several views the verdict and the map are averaged over turned and mirrored views of the images: slower but more reliable.</source>
        <translation>Mit mehreren Ansichten werden Entscheidung und Karte über gedrehte und gespiegelte Ansichten der Bilder gemittelt: langsamer, aber zuverlässiger.</translation>
    </message>
    <message>
        <source>Describe change</source>
        <translation>Änderung beschreiben</translation>
    </message>
    <message>
        <source>Describes in words what changed in an extent between two dates.</source>
        <translation>Beschreibt in Worten, was sich in einer Ausdehnung zwischen zwei Zeitpunkten geändert hat.</translation>
    </message>
    <message>
        <source>change,change detection,compare,before,after,two dates,caption,map,raster,agent,AI</source>
        <translation>Änderung,Änderungserkennung,vergleichen,vorher,nachher,zwei Zeitpunkte,Beschreibung,Karte,Raster,Agent,KI</translation>
    </message>
    <message>
        <source>Change map</source>
        <translation>Änderungskarte</translation>
    </message>
    <message>
        <source>Status</source>
        <translation>Status</translation>
    </message>
    <message>
        <source>Whether UniRS is set up, and which model answers on which device.</source>
        <translation>Ob UniRS eingerichtet ist, und welches Modell auf welchem Gerät antwortet.</translation>
    </message>
    <message>
        <source>status,ready,set-up,version,model,engine,device,memory,agent,AI</source>
        <translation>Status,bereit,Einrichtung,Version,Modell,Engine,Gerät,Speicher,Agent,KI</translation>
    </message>
    <message>
        <source>READY is true if questions can be answered, and MESSAGE states why not if it is false: this run does not fail. SET_UP is whether there is a runtime.</source>
        <translation>READY ist wahr, wenn Fragen beantwortet werden können, und MESSAGE gibt sonst den Grund an: dieser Lauf schlägt nicht fehl. SET_UP ist, ob es eine Laufzeitumgebung gibt.</translation>
    </message>
    <message>
        <source>The model is loaded (or its server asked), because only that shows that it works: ENGINE, DEVICE_USED, PRECISION_USED, MEMORY_BYTES (of its weights), DIGEST, HOST (empty if images stay on this computer) and CHANGE_MAPS come from it. Without that, the runtime alone is tried.</source>
        <translation>Das Modell wird geladen (oder sein Server gefragt), weil nur das zeigt, dass es funktioniert: ENGINE, DEVICE_USED, PRECISION_USED, MEMORY_BYTES (seiner Gewichte), DIGEST, HOST (leer, wenn Bilder auf diesem Computer bleiben) und CHANGE_MAPS stammen daher. Sonst wird nur die Laufzeitumgebung geprüft.</translation>
    </message>
    <message>
        <source>Load the model</source>
        <translation>Das Modell laden</translation>
    </message>
    <message>
        <source>Whether questions can be answered</source>
        <translation>Ob Fragen beantwortet werden können</translation>
    </message>
    <message>
        <source>Whether the runtime is set up</source>
        <translation>Ob die Laufzeitumgebung eingerichtet ist</translation>
    </message>
    <message>
        <source>Whether the model makes change maps</source>
        <translation>Ob das Modell Änderungskarten erzeugt</translation>
    </message>
    <message>
        <source>State, in a sentence</source>
        <translation>Zustand, in einem Satz</translation>
    </message>
    <message>
        <source>Version of the runtime</source>
        <translation>Version der Laufzeitumgebung</translation>
    </message>
    <message>
        <source>Python of the runtime</source>
        <translation>Python der Laufzeitumgebung</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>Modell</translation>
    </message>
    <message>
        <source>Device</source>
        <translation>Gerät</translation>
    </message>
    <message>
        <source>Precision</source>
        <translation>Genauigkeit</translation>
    </message>
    <message>
        <source>Host that images are sent to</source>
        <translation>Rechner, an den Bilder gesendet werden</translation>
    </message>
    <message>
        <source>Memory of the weights, in bytes</source>
        <translation>Speicher der Gewichte, in Byte</translation>
    </message>
    <message>
        <source>Ready: {model} answers on {device}.</source>
        <translation>Bereit: {model} antwortet auf {device}.</translation>
    </message>
    <message>
        <source>The question has the answer yes or no, or is the name of a thing, such as “boats”. It is asked about windows of the extent: those with a clear no are dropped, the others are divided, and the finest ones overlap and vote. Two layers are two dates.</source>
        <translation>Die Frage hat die Antwort Ja oder Nein, oder nennt eine Sache, etwa „boats“. Sie wird zu Fenstern der Ausdehnung gestellt: Was sicher Nein ist, bleibt zurück, der Rest wird geteilt, und die feinsten überlappen sich und stimmen ab. Zwei Layer sind zwei Daten.</translation>
    </message>
    <message>
        <source>The layers are drawn as one picture of at most 4,096 pixels a side; a larger extent is searched in coarser pixels. The size of the finest windows is in metres; 0 takes what the model reads of that picture without loss of resolution.</source>
        <translation>Die Layer werden als ein Bild mit höchstens 4.096 Pixeln je Seite gezeichnet; eine größere Ausdehnung wird in gröberen Pixeln durchsucht. Die Größe der feinsten Fenster ist in Metern; bei 0 ist es, was das Modell von diesem Bild ohne Verlust an Auflösung liest.</translation>
    </message>
    <message>
        <source>The map has the probability of yes in percent. The places are polygons with their mean and highest probability and their area on the ellipsoid. Nothing is kept after cancelling.</source>
        <translation>Die Karte enthält die Wahrscheinlichkeit von Ja in Prozent. Die Stellen sind Polygone mit ihrer mittleren und höchsten Wahrscheinlichkeit und ihrer Fläche auf dem Ellipsoid. Nach einem Abbruch bleibt nichts.</translation>
    </message>
    <message>
        <source>With kinds of ground, such as “bare land, meadow, forest, farmland, road, buildings, water”, each place of two dates is classified at both: from_kind and to_kind with their probabilities, empty where the model is not sure.</source>
        <translation>Mit Bodenarten, etwa „bare land, meadow, forest, farmland, road, buildings, water“, wird zu jeder Stelle zweier Zeitpunkte gefragt, welche davon sie war und ist: from_kind und to_kind mit ihren Wahrscheinlichkeiten, leer, wo das Modell nicht sicher ist.</translation>
    </message>
    <message>
        <source>Find places</source>
        <translation>Stellen finden</translation>
    </message>
    <message>
        <source>Finds where in an extent the answer to a yes or no question is yes.</source>
        <translation>Findet, wo in einer Ausdehnung die Antwort auf eine Ja-Nein-Frage Ja ist.</translation>
    </message>
    <message>
        <source>where,find,search,detect,locate,places,windows,probability,yes,no,AI</source>
        <translation>wo,finden,suchen,erkennen,orten,Stellen,Fenster,Wahrscheinlichkeit,ja,nein,KI</translation>
    </message>
    <message>
        <source>Places</source>
        <translation>Stellen</translation>
    </message>
    <message>
        <source>Raster layer, or two dates</source>
        <translation>Rasterlayer, oder zwei Daten</translation>
    </message>
    <message>
        <source>Yes-or-no question, or a thing</source>
        <translation>Frage mit Ja oder Nein, oder eine Sache</translation>
    </message>
    <message>
        <source>Size of the finest windows in metres (0: by the model)</source>
        <translation>Größe der feinsten Fenster in Metern (0: nach dem Modell)</translation>
    </message>
    <message>
        <source>Minimum probability of a place</source>
        <translation>Wahrscheinlichkeit, ab der Boden eine Stelle ist</translation>
    </message>
    <message>
        <source>Kinds of ground to classify each place before and after (two dates)</source>
        <translation>Bodenarten, um zu bestimmen, was Stellen waren und sind (zwei Zeitpunkte)</translation>
    </message>
    <message>
        <source>Maximum number of windows</source>
        <translation>Höchstzahl der Fenster</translation>
    </message>
    <message>
        <source>Map of probabilities</source>
        <translation>Karte der Wahrscheinlichkeiten</translation>
    </message>
    <message>
        <source>Number of places</source>
        <translation>Anzahl der Stellen</translation>
    </message>
    <message>
        <source>Area of all places in square metres</source>
        <translation>Fläche aller Stellen in Quadratmetern</translation>
    </message>
    <message>
        <source>Choose one layer, or two dates.</source>
        <translation>Durchsucht werden ein Layer oder zwei Daten; wählen Sie nicht mehr.</translation>
    </message>
    <message>
        <source>Export review as training data</source>
        <translation>Prüfung als Trainingsdaten exportieren</translation>
    </message>
    <message>
        <source>Writes the accepted and corrected answers of a table as data to train a model.</source>
        <translation>Schreibt die angenommenen und berichtigten Antworten einer Tabelle als Daten, mit denen ein Modell trainiert wird.</translation>
    </message>
    <message>
        <source>review,correct,correction,training,train,data,samples,labels,jsonl,export,AI</source>
        <translation>prüfen,berichtigen,Korrektur,Training,trainieren,Daten,Beispiele,Label,jsonl,Export,KI</translation>
    </message>
    <message>
        <source>Training data</source>
        <translation>Trainingsdaten</translation>
    </message>
    <message>
        <source>The table is the output of a UniRS algorithm or of unirs batch, or the history, with the columns review and correction of the panel Review answers. The model&apos;s images are drawn again from the layers or files that the table names, into a folder beside the file.</source>
        <translation>Die Tabelle hat ein Algorithmus von UniRS oder unirs batch geschrieben, oder sie ist der Verlauf; mit den Spalten review und correction des Bedienfelds „Antworten prüfen“. Was das Modell gelesen hat, wird aus den Layern oder Dateien, die die Tabelle nennt, noch einmal gezeichnet, in einen Ordner neben der Datei.</translation>
    </message>
    <message>
        <source>The file has one line for each answer, in the form that unirs train joint --preset small --data reads. After cancelling it has the lines so far.</source>
        <translation>Die Datei hat eine Zeile für jede Antwort, wie unirs train joint --preset small --data sie nimmt. Nach einem Abbruch hat sie die Zeilen bis dahin.</translation>
    </message>
    <message>
        <source>Table of reviewed answers</source>
        <translation>Tabelle geprüfter Antworten</translation>
    </message>
    <message>
        <source>Raster layers (those of the project if empty)</source>
        <translation>Rasterlayer (die des Projekts, wenn leer)</translation>
    </message>
    <message>
        <source>Pixels of the image that the model reads</source>
        <translation>Pixel des Bildes, das das Modell liest</translation>
    </message>
    <message>
        <source>JSON lines (*.jsonl)</source>
        <translation>JSON-Zeilen (*.jsonl)</translation>
    </message>
    <message>
        <source>Number of answers</source>
        <translation>Anzahl der Antworten</translation>
    </message>
    <message>
        <source>{file} cannot be written ({reason}); free some space or choose another file.</source>
        <translation>{file} kann nicht geschrieben werden ({reason}); schaffen Sie Platz oder wählen Sie eine andere Datei.</translation>
    </message>
    <message>
        <source>Answers written: {count} of {total}.</source>
        <translation>Geschriebene Antworten: {count} von {total}.</translation>
    </message>
    <message>
        <source>No answer of this table was accepted or corrected; do so in the panel Review answers first.</source>
        <translation>Keine Antwort dieser Tabelle wurde angenommen oder berichtigt; tun Sie das zuerst im Bedienfeld „Antworten prüfen“.</translation>
    </message>
    <message>
        <source>{table} has no answers of UniRS; choose a table that one of its algorithms has written.</source>
        <translation>{table} hat keine Antworten von UniRS; wählen Sie eine Tabelle, die einer seiner Algorithmen geschrieben hat.</translation>
    </message>
    <message>
        <source>an image cannot be written</source>
        <translation>ein Bild kann nicht geschrieben werden</translation>
    </message>
    <message>
        <source>The feature no longer has a geometry; give it one.</source>
        <translation>Das Objekt hat keine Geometrie mehr; berichtigen Sie es.</translation>
    </message>
    <message>
        <source>The layers no longer have data there.</source>
        <translation>Die Layer haben dort keine Daten mehr.</translation>
    </message>
    <message>
        <source>Layers of the series</source>
        <translation>Layer der Zeitreihe</translation>
    </message>
    <message>
        <source>A series needs two layers or more; choose others as well.</source>
        <translation>Eine Zeitreihe braucht zwei oder mehr Layer; wählen Sie weitere dazu.</translation>
    </message>
    <message>
        <source>The question has the answer yes or no, or is the name of a thing. What is there (“Is there a lake?”) is asked about each date alone, what has happened (“Have houses been built?”) about each date together with the first one. Neighbouring dates are compared for any change, and all answers are combined.</source>
        <translation>Die Frage ist eine mit Ja oder Nein oder der Name einer Sache. Was da ist („Is there a lake?“), wird zu jedem Datum allein gefragt, was geschehen ist („Have houses been built?“), zu jedem Datum neben dem ersten. Zu benachbarten Daten wird gefragt, ob sich etwas geändert hat, und alle Antworten werden zusammengeführt.</translation>
    </message>
    <message>
        <source>The table has a row for each date: the probability of yes from all answers combined, that of the date asked alone, and that of a change since the date before. A date without data is a gap. AFTER and BEFORE are the dates between which the answer became yes; they are empty if it never or always was.</source>
        <translation>Die Tabelle hat eine Zeile für jedes Datum: die Wahrscheinlichkeit von Ja nach allen Antworten zusammen, die des Datums allein und die einer Änderung seit dem Datum davor. Ein Datum ohne Daten ist eine Lücke. AFTER und BEFORE sind die Daten, zwischen denen es Ja wurde, und leer, wenn es das nie wurde oder immer war.</translation>
    </message>
    <message>
        <source>Find when</source>
        <translation>Finden, wann</translation>
    </message>
    <message>
        <source>Finds between which dates of a series the answer becomes yes.</source>
        <translation>Findet, zwischen welchen Daten einer Zeitreihe die Antwort Ja wird.</translation>
    </message>
    <message>
        <source>when,series,time,dates,since,change,timeline,probability,yes,no,AI</source>
        <translation>wann,Zeitreihe,Zeit,Daten,seit,Änderung,Zeitverlauf,Wahrscheinlichkeit,ja,nein,KI,when</translation>
    </message>
    <message>
        <source>Dates</source>
        <translation>Daten</translation>
    </message>
    <message>
        <source>Last date before</source>
        <translation>Letztes Datum davor</translation>
    </message>
    <message>
        <source>First date after</source>
        <translation>Erstes Datum danach</translation>
    </message>
    <message>
        <source>The table has a row for each interval; ANSWER has a line for each in which something has changed, and how many are without change. A date without data is left out.</source>
        <translation>Die Tabelle hat eine Zeile für jeden Zeitraum; ANSWER hat eine Zeile für jeden, in dem sich etwas geändert hat, und die Zahl derer ohne Änderung. Ein Datum ohne Daten wird ausgelassen.</translation>
    </message>
    <message>
        <source>Describe changes of a series</source>
        <translation>Änderungen einer Zeitreihe beschreiben</translation>
    </message>
    <message>
        <source>Describes in words what changed from each date to the next.</source>
        <translation>Beschreibt in Worten, was sich von jedem Datum zum nächsten geändert hat.</translation>
    </message>
    <message>
        <source>change,series,time,dates,story,history,timeline,caption,AI</source>
        <translation>Änderung,Zeitreihe,Zeit,Daten,Verlauf,Zeitverlauf,Beschreibung,KI,change</translation>
    </message>
    <message>
        <source>Intervals</source>
        <translation>Zeiträume</translation>
    </message>
    <message>
        <source>Radar to a picture</source>
        <translation>Radar zu einem Bild</translation>
    </message>
    <message>
        <source>Radar backscatter as a picture that can be asked about: without speckle, in decibels.</source>
        <translation>Radarrückstreuung als Bild, zu dem Fragen gestellt werden können: ohne Speckle, in Dezibel.</translation>
    </message>
    <message>
        <source>radar,SAR,Sentinel-1,speckle,Lee,decibel,backscatter</source>
        <translation>Radar,SAR,Sentinel-1,Speckle,Lee,Dezibel,Rückstreuung</translation>
    </message>
    <message>
        <source>Two polarisations (VV and VH, or HH and HV) become red and green, with their ratio as blue; one becomes grey. They are found by the names of the bands or of the file, and may be stored as power, amplitude (integers) or decibels.</source>
        <translation>Zwei Polarisationen (VV und VH, oder HH und HV) werden zu Rot und Grün, mit ihrem Verhältnis als Blau; eine wird grau. Sie werden an den Namen der Bänder oder der Datei erkannt und dürfen als Leistung, Amplitude (ganze Zahlen) oder Dezibel gespeichert sein.</translation>
    </message>
    <message>
        <source>Models are seldom trained on radar: answers about the picture carry a warning. Speckle is reduced by the filter of Lee in windows of 5 pixels.</source>
        <translation>Modelle sind selten auf Radar trainiert: Antworten zu dem Bild tragen eine Warnung. Speckle wird durch den Lee-Filter in Fenstern von 5 Pixeln verringert.</translation>
    </message>
    <message>
        <source>Radar picture</source>
        <translation>Radarbild</translation>
    </message>
    <message>
        <source>Radar raster</source>
        <translation>Radarraster</translation>
    </message>
    <message>
        <source>The raster has no band that is known to be radar backscatter; name a band VV, VH, HH or HV.</source>
        <translation>Das Raster hat kein Band, das als Radarrückstreuung bekannt ist; benennen Sie ein Band VV, VH, HH oder HV.</translation>
    </message>
    <message>
        <source>The picture cannot be made: {reason}</source>
        <translation>Das Bild kann nicht erstellt werden: {reason}</translation>
    </message>
    <message>
        <source>Give English words, such as “harbour with many boats”; or an example: the number of a tile, or a raster.</source>
        <translation>Geben Sie Wörter an, etwa „harbour with many boats“, oder die Nummer einer Kachel oder ein Raster, dem die Kacheln ähneln sollen. Die Wörter sind englisch.</translation>
    </message>
    <message>
        <source>Words are compared with what the index stores about all tiles, and with the images of the best ones; with 0 of these only the index is used, and no model is loaded. An example is compared by its image.</source>
        <translation>Wörter werden mit dem verglichen, was der Index über alle Kacheln enthält, und mit den Bildern der besten; bei 0 davon nur mit dem Index, und kein Modell wird geladen. Ein Beispiel wird über sein Bild verglichen.</translation>
    </message>
    <message>
        <source>Find tiles</source>
        <translation>Kacheln finden</translation>
    </message>
    <message>
        <source>Finds tiles of an index by words or by an example.</source>
        <translation>Findet Kacheln eines Index über Wörter oder ein Beispiel.</translation>
    </message>
    <message>
        <source>find,search,words,text,similar,example,retrieval,index,AI</source>
        <translation>finden,suchen,Wörter,Text,ähnlich,Beispiel,Retrieval,Index,KI</translation>
    </message>
    <message>
        <source>Found tiles</source>
        <translation>Gefundene Kacheln</translation>
    </message>
    <message>
        <source>Index of tiles</source>
        <translation>Kachelindex</translation>
    </message>
    <message>
        <source>What to look for</source>
        <translation>Was gesucht wird</translation>
    </message>
    <message>
        <source>Find tiles like this one (its number)</source>
        <translation>Kachel, der andere ähneln sollen (ihre Nummer)</translation>
    </message>
    <message>
        <source>Find tiles like this raster</source>
        <translation>Raster, dem die Kacheln ähneln sollen</translation>
    </message>
    <message>
        <source>Number of tiles to find</source>
        <translation>Anzahl der Kacheln, die gefunden werden</translation>
    </message>
    <message>
        <source>Number of tiles whose images are compared with the words</source>
        <translation>Anzahl der Kacheln, deren Bilder mit den Wörtern verglichen werden</translation>
    </message>
    <message>
        <source>Number of tiles found</source>
        <translation>Anzahl der gefundenen Kacheln</translation>
    </message>
    <message>
        <source>The layer is no index of tiles; make one with Index tiles.</source>
        <translation>Der Layer ist kein Kachelindex; erstellen Sie einen mit „Kacheln indizieren“.</translation>
    </message>
    <message>
        <source>The rasters of {count} tiles can no longer be read; only what the index stores about them was compared.</source>
        <translation>Die Raster von {count} Kacheln sind nicht mehr lesbar; verglichen wurde nur, was der Index über sie enthält.</translation>
    </message>
    <message>
        <source>Each tile of the layers gets a caption, and is stored with what is needed to find it by words or by an example: with Find tiles, or in the search field of the dock. With two dates, the caption describes what has changed.</source>
        <translation>Jede Kachel der Layer bekommt eine Bildbeschreibung und wird mit dem gespeichert, was nötig ist, um sie über Wörter oder ein Beispiel zu finden: mit „Kacheln finden“ oder im Suchfeld des Docks. Bei zwei Zeitpunkten beschreibt sie, was sich geändert hat.</translation>
    </message>
    <message>
        <source>The files of the layers are read, with the bands that the layers show; a search reads them again, so leave them where they are. Services have no files. The size of a tile is in metres; 0 takes what the model reads without loss of resolution.</source>
        <translation>Gelesen werden die Dateien der Layer, mit den Kanälen, die die Layer zeigen; eine Suche liest sie wieder, lassen Sie sie also an ihrem Ort. Dienste haben keine Dateien. Die Größe einer Kachel ist in Metern; 0 nimmt, was das Modell ohne Verlust an Auflösung liest.</translation>
    </message>
    <message>
        <source>Choose the file of an earlier run to add tiles to it: those that it already has stay as they are. Cancelling keeps the tiles so far.</source>
        <translation>Wählen Sie die Datei eines früheren Laufs, um ihr Kacheln hinzuzufügen: Die vorhandenen bleiben, wie sie sind. Ein Abbruch behält die bisherigen Kacheln.</translation>
    </message>
    <message>
        <source>Index tiles</source>
        <translation>Kacheln indizieren</translation>
    </message>
    <message>
        <source>Describes the tiles of layers, so that they can be found by words.</source>
        <translation>Beschreibt die Kacheln von Layern, damit sie über Wörter gefunden werden können.</translation>
    </message>
    <message>
        <source>index,tiles,search,find,words,caption,retrieval,AI</source>
        <translation>Index,Kacheln,suchen,finden,Wörter,Bildbeschreibung,Retrieval,KI</translation>
    </message>
    <message>
        <source>Raster layers</source>
        <translation>Rasterlayer</translation>
    </message>
    <message>
        <source>Two layers are two dates of one place</source>
        <translation>Zwei Layer sind zwei Zeitpunkte eines Ortes</translation>
    </message>
    <message>
        <source>Size of a tile in metres (0: by the model)</source>
        <translation>Größe einer Kachel in Metern (0: nach dem Modell)</translation>
    </message>
    <message>
        <source>Maximum number of tiles</source>
        <translation>Höchstzahl der Kacheln</translation>
    </message>
    <message>
        <source>Tiles that were described</source>
        <translation>Beschriebene Kacheln</translation>
    </message>
    <message>
        <source>Tiles that the index had already</source>
        <translation>Kacheln, die der Index schon hatte</translation>
    </message>
    <message>
        <source>Describing the tiles…</source>
        <translation>Die Kacheln werden beschrieben …</translation>
    </message>
    <message>
        <source>The index has the tiles so far.</source>
        <translation>Der Index enthält die bisherigen Kacheln.</translation>
    </message>
    <message>
        <source>{added} tiles added, {kept} kept</source>
        <translation>{added} Kacheln hinzugefügt, {kept} behalten</translation>
    </message>
    <message>
        <source>The layer {layer} is a service and has no file to index; export what you need of it as a raster.</source>
        <translation>Der Layer {layer} ist ein Dienst und hat keine Datei, die indiziert werden könnte; exportieren Sie als Raster, was Sie davon brauchen.</translation>
    </message>
    <message>
        <source>Two dates are two layers; choose just two.</source>
        <translation>Zwei Zeitpunkte sind zwei Layer; wählen Sie genau zwei.</translation>
    </message>
    <message>
        <source>Report on answers</source>
        <translation>Bericht über Antworten</translation>
    </message>
    <message>
        <source>Writes answers of the history with their maps as a PDF or HTML file.</source>
        <translation>Schreibt Antworten des Verlaufs mit ihren Karten als PDF- oder HTML-Datei.</translation>
    </message>
    <message>
        <source>report,PDF,HTML,history,answers,layout,print,AI</source>
        <translation>Bericht,PDF,HTML,Verlauf,Antworten,Layout,Druck,KI</translation>
    </message>
    <message>
        <source>Report</source>
        <translation>Bericht</translation>
    </message>
    <message>
        <source>The latest answers of the history, of all questions or of those that contain a text. The history is that of the panel UniRS, unless another file is given.</source>
        <translation>Die neuesten Antworten des Verlaufs, zu allen Fragen oder zu denen, die einen Text enthalten. Der Verlauf ist der des Bedienfelds UniRS, wenn keine andere Datei angegeben ist.</translation>
    </message>
    <message>
        <source>Layers are drawn as the project shows them; image files that are not in the project are opened. QGIS waits until the report is written.</source>
        <translation>Layer werden gezeichnet, wie das Projekt sie zeigt; Bilddateien, die nicht im Projekt sind, werden geöffnet. QGIS wartet, bis der Bericht geschrieben ist.</translation>
    </message>
    <message>
        <source>Number of answers, the latest ones</source>
        <translation>Anzahl der Antworten, die neuesten</translation>
    </message>
    <message>
        <source>Only questions that contain this</source>
        <translation>Nur Fragen, die dies enthalten</translation>
    </message>
    <message>
        <source>History (that of the panel if empty)</source>
        <translation>Verlauf (leer: der des Bedienfelds)</translation>
    </message>
    <message>
        <source>The history {file} has no such answers; ask a question first, or choose others.</source>
        <translation>Der Verlauf {file} hat keine solchen Antworten; stellen Sie zuerst eine Frage, oder wählen Sie andere.</translation>
    </message>
</context>
<context>
    <name>QuestionBox</name>
    <message>
        <source>Question</source>
        <translation>Frage</translation>
    </message>
    <message>
        <source>Enter sends, Shift+Enter breaks the line.</source>
        <translation>Die Eingabetaste sendet, Umschalt+Eingabe bricht die Zeile um.</translation>
    </message>
    <message>
        <source>Enter sends, Shift+Enter breaks the line, Esc stops the answer.</source>
        <translation>Die Eingabetaste sendet, Umschalt+Eingabe bricht die Zeile um, Esc hält die Antwort an.</translation>
    </message>
</context>
<context>
    <name>QuestionController</name>
    <message>
        <source>The temporary folder {folder} cannot be written ({reason}); make room there, or start QGIS again.</source>
        <translation>In den temporären Ordner {folder} kann nicht geschrieben werden ({reason}); schaffen Sie dort Platz, oder starten Sie QGIS neu.</translation>
    </message>
    <message>
        <source>Stopped before the answer began.</source>
        <translation>Angehalten, bevor die Antwort begann.</translation>
    </message>
    <message>
        <source>The model {name} is no longer on this computer; {other} answers instead. Choose another one in Settings ▸ Options ▸ UniRS.</source>
        <translation>Das Modell {name} ist nicht mehr auf diesem Rechner; stattdessen antwortet {other}. Wählen Sie ein anderes unter Einstellungen ▸ Optionen ▸ UniRS.</translation>
    </message>
    <message>
        <source>{done} of {total}</source>
        <translation>{done} von {total}</translation>
    </message>
</context>
<context>
    <name>QuestionPanel</name>
    <message>
        <source>Suggested questions</source>
        <translation>Vorgeschlagene Fragen</translation>
    </message>
    <message>
        <source>yes, no</source>
        <translation>yes, no</translation>
    </message>
    <message>
        <source>Answers to choose from, comma-separated</source>
        <translation>Antworten zur Auswahl, durch Kommas getrennt</translation>
    </message>
    <message>
        <source>Answers to choose from</source>
        <translation>Antworten zur Auswahl</translation>
    </message>
    <message>
        <source>The model gives each of these answers a probability.</source>
        <translation>Das Modell gibt jeder dieser Antworten eine Wahrscheinlichkeit.</translation>
    </message>
    <message>
        <source>Ask about this image…</source>
        <translation>Zu diesem Bild fragen…</translation>
    </message>
    <message>
        <source>Ask about the change…</source>
        <translation>Zur Änderung fragen…</translation>
    </message>
    <message>
        <source>Ask about this series…</source>
        <translation>Zu dieser Serie fragen…</translation>
    </message>
    <message>
        <source>Ask</source>
        <translation>Fragen</translation>
    </message>
    <message>
        <source>Where</source>
        <translation>Wo</translation>
    </message>
    <message>
        <source>When</source>
        <translation>Wann</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>Anhalten</translation>
    </message>
    <message>
        <source>Restart</source>
        <translation>Neu starten</translation>
    </message>
    <message>
        <source>Caption</source>
        <translation>Beschreiben</translation>
    </message>
    <message>
        <source>Describe change</source>
        <translation>Änderung beschreiben</translation>
    </message>
    <message>
        <source>Classify</source>
        <translation>Klassifizieren</translation>
    </message>
    <message>
        <source>Stop the answer and keep the text so far (Esc)</source>
        <translation>Die Antwort anhalten und den bisherigen Text behalten (Esc)</translation>
    </message>
    <message>
        <source>Restart the worker if it does not respond</source>
        <translation>Den Arbeitsprozess neu starten, falls er nicht reagiert</translation>
    </message>
    <message>
        <source>Give at least two answers to choose from, comma-separated.</source>
        <translation>Geben Sie mindestens zwei Antworten zur Auswahl an, durch Kommas getrennt.</translation>
    </message>
    <message>
        <source>The model expects English: this looks like another language.</source>
        <translation>Das Modell liest Englisch: Dies scheint eine andere Sprache zu sein.</translation>
    </message>
    <message>
        <source>Find where in the extent the answer is yes: name a thing, or ask yes or no</source>
        <translation>Findet, wo in der Ausdehnung die Antwort Ja ist: nennen Sie eine Sache, oder fragen Sie mit Ja oder Nein</translation>
    </message>
    <message>
        <source>Find between which dates the answer becomes yes: name a thing, or ask yes or no</source>
        <translation>Finden, zwischen welchen Daten die Antwort Ja wird: nennen Sie eine Sache oder fragen Sie nach Ja oder Nein</translation>
    </message>
    <message>
        <source>Describe the image</source>
        <translation>Das Bild beschreiben</translation>
    </message>
    <message>
        <source>Describe what changed from each date to the next</source>
        <translation>Beschreiben, was sich von jedem Datum zum nächsten geändert hat</translation>
    </message>
    <message>
        <source>Describe what changed between the two dates</source>
        <translation>Beschreiben, was sich zwischen den zwei Zeitpunkten geändert hat</translation>
    </message>
    <message>
        <source>Name the event that the series or video shows</source>
        <translation>Das Ereignis nennen, das die Serie oder das Video zeigt</translation>
    </message>
</context>
<context>
    <name>Report</name>
    <message>
        <source>nowhere; they stayed on this computer</source>
        <translation>nirgendwohin; sie blieben auf diesem Rechner</translation>
    </message>
    <message>
        <source>yes</source>
        <translation>ja</translation>
    </message>
    <message>
        <source>Confidence: {percent} %</source>
        <translation>Sicherheit: {percent} %</translation>
    </message>
    <message>
        <source>UniRS · page {number}</source>
        <translation>UniRS · Seite {number}</translation>
    </message>
    <message>
        <source>Blue: what was asked about.</source>
        <translation>Blau: wonach gefragt wurde.</translation>
    </message>
    <message>
        <source>No place on the map has {percent} % or more.</source>
        <translation>Keine Stelle der Karte hat {percent} % oder mehr.</translation>
    </message>
    <message>
        <source>Outlined on the map: yes with {percent} % or more.</source>
        <translation>Umrandet auf der Karte: ja mit {percent} % oder mehr.</translation>
    </message>
    <message>
        <source>Outlined on the last map: changed by {percent} % or more.</source>
        <translation>Umrandet auf der letzten Karte: zu {percent} % oder mehr geändert.</translation>
    </message>
    <message>
        <source>The report {file} cannot be written ({reason}); choose another file.</source>
        <translation>Der Bericht {file} kann nicht geschrieben werden ({reason}); wählen Sie eine andere Datei.</translation>
    </message>
    <message>
        <source>UniRS: pictures of a report</source>
        <translation>UniRS: Bilder eines Berichts</translation>
    </message>
    <message>
        <source>the disk has no room left</source>
        <translation>der Datenträger ist voll</translation>
    </message>
    <message>
        <source>Answers of UniRS</source>
        <translation>Antworten von UniRS</translation>
    </message>
    <message>
        <source>The layer “{layer}” is not in this project; add it to have its map here.</source>
        <translation>Der Layer „{layer}“ ist nicht in diesem Projekt; fügen Sie ihn hinzu, damit seine Karte hier steht.</translation>
    </message>
</context>
<context>
    <name>ReportDialog</name>
    <message>
        <source>Report</source>
        <translation>Bericht</translation>
    </message>
    <message>
        <source>Search the history</source>
        <translation>Verlauf durchsuchen</translation>
    </message>
    <message>
        <source>Choose all shown</source>
        <translation>Alle angezeigten wählen</translation>
    </message>
    <message>
        <source>Choose the answers for the report. Layers that are in the project are drawn.</source>
        <translation>Wählen Sie die Antworten für den Bericht. Gezeichnet werden Layer, die im Projekt sind.</translation>
    </message>
    <message>
        <source>Answers for the report, newest first</source>
        <translation>Antworten für den Bericht, die neuesten zuerst</translation>
    </message>
    <message>
        <source>Write report…</source>
        <translation>Bericht schreiben…</translation>
    </message>
    <message>
        <source>Chosen answers: {count}</source>
        <translation>Gewählte Antworten: {count}</translation>
    </message>
</context>
<context>
    <name>Review</name>
    <message>
        <source>The decision cannot be kept in the layer {layer}; save it as a GeoPackage that you can write to, and review that one.</source>
        <translation>Die Entscheidung kann im Layer {layer} nicht gespeichert werden; speichern Sie ihn als GeoPackage, in das Sie schreiben können, und prüfen Sie dieses.</translation>
    </message>
    <message>
        <source>“{layer}” ({source}), which this answer is about, is neither in the project nor an image file on this computer; add it to the project.</source>
        <translation>„{layer}“ ({source}), wovon diese Antwort handelt, ist nicht im Projekt und keine Bilddatei dieses Rechners; fügen Sie es dem Projekt hinzu.</translation>
    </message>
    <message>
        <source>The project has no raster layer “{layer}”, which this answer is about; add it under this name.</source>
        <translation>Das Projekt hat keinen Rasterlayer „{layer}“, um den es in dieser Antwort geht; fügen Sie ihn unter diesem Namen hinzu.</translation>
    </message>
</context>
<context>
    <name>ReviewController</name>
    <message>
        <source>The layer {layer} has no answers to review; ask about tiles or polygons in the Processing toolbox first.</source>
        <translation>Der Layer {layer} hat keine Antworten zum Prüfen; befragen Sie zuerst Kacheln oder Polygone in der Verarbeitungswerkzeugkiste.</translation>
    </message>
    <message>
        <source>Choose the history, or a layer with answers, as the algorithms of UniRS and unirs batch write it.</source>
        <translation>Wählen Sie den Verlauf oder einen Layer mit Antworten, wie die Algorithmen von UniRS und unirs batch ihn schreiben.</translation>
    </message>
    <message>
        <source>The place of this answer is not known, so it cannot be shown.</source>
        <translation>Der Ort dieser Antwort ist nicht bekannt, daher kann er nicht gezeigt werden.</translation>
    </message>
    <message>
        <source>This was the last answer.</source>
        <translation>Das war die letzte Antwort.</translation>
    </message>
</context>
<context>
    <name>ReviewPanel</name>
    <message>
        <source>Review answers</source>
        <translation>Antworten prüfen</translation>
    </message>
    <message>
        <source>{done} of {total} checked</source>
        <translation>{done} von {total} geprüft</translation>
    </message>
    <message>
        <source>History of the panel UniRS</source>
        <translation>Verlauf des Bedienfelds UniRS</translation>
    </message>
    <message>
        <source>Table of answers</source>
        <translation>Tabelle von Antworten</translation>
    </message>
    <message>
        <source>Doubtful answers first</source>
        <translation>Zweifelhafte Antworten zuerst</translation>
    </message>
    <message>
        <source>Doubtful and sure answers in turn</source>
        <translation>Zweifelhafte und sichere abwechselnd</translation>
    </message>
    <message>
        <source>Order of the answers</source>
        <translation>Reihenfolge der Antworten</translation>
    </message>
    <message>
        <source>In turn is better for training: corrections of doubtful answers alone are one-sided</source>
        <translation>Abwechselnd ist zum Trainieren besser: Korrekturen zweifelhafter Antworten sind einseitig</translation>
    </message>
    <message>
        <source>The right answer</source>
        <translation>Die richtige Antwort</translation>
    </message>
    <message>
        <source>The right answer (C to edit, Enter to keep)</source>
        <translation>Die richtige Antwort (C: bearbeiten, Enter: behalten)</translation>
    </message>
    <message>
        <source>Accept (A)</source>
        <translation>Annehmen (A)</translation>
    </message>
    <message>
        <source>Correct (C)</source>
        <translation>Korrigieren (C)</translation>
    </message>
    <message>
        <source>Skip (S)</source>
        <translation>Überspringen (S)</translation>
    </message>
    <message>
        <source>Back (Backspace)</source>
        <translation>Zurück (Rücktaste)</translation>
    </message>
    <message>
        <source>Export as training data…</source>
        <translation>Als Trainingsdaten exportieren…</translation>
    </message>
    <message>
        <source>Answer: {text}</source>
        <translation>Antwort: {text}</translation>
    </message>
    <message>
        <source>Checked: {text}</source>
        <translation>Geprüft: {text}</translation>
    </message>
    <message>
        <source>“{text}” is none of the options.</source>
        <translation>„{text}“ ist keine der Antwortmöglichkeiten.</translation>
    </message>
</context>
<context>
    <name>RuntimeGroup</name>
    <message>
        <source>Runtime</source>
        <translation>Laufzeitumgebung</translation>
    </message>
    <message>
        <source>The models run in a Python environment of their own, separate from that of QGIS. The set-up downloads it, with the language model of unirs-small.</source>
        <translation>Die Modelle laufen in einer eigenen Python-Umgebung, getrennt von der von QGIS. Das Einrichten lädt sie herunter, mit dem Sprachmodell von unirs-small.</translation>
    </message>
    <message>
        <source>Repair</source>
        <translation>Reparieren</translation>
    </message>
    <message>
        <source>Set up</source>
        <translation>Einrichten</translation>
    </message>
    <message>
        <source>Remove…</source>
        <translation>Entfernen…</translation>
    </message>
    <message>
        <source>Set up from a folder…</source>
        <translation>Aus einem Ordner einrichten…</translation>
    </message>
    <message>
        <source>Without a network, from a folder saved on another computer</source>
        <translation>Ohne Netzwerk, aus einem Ordner, den ein anderer Rechner gespeichert hat</translation>
    </message>
    <message>
        <source>Save for another computer…</source>
        <translation>Für einen anderen Rechner speichern…</translation>
    </message>
    <message>
        <source>Downloads into a folder everything that a computer without a network needs</source>
        <translation>Lädt alles in einen Ordner, woraus ein Rechner ohne Netzwerk eingerichtet wird</translation>
    </message>
    <message>
        <source>Log</source>
        <translation>Protokoll</translation>
    </message>
    <message>
        <source>For Windows</source>
        <translation>Für Windows</translation>
    </message>
    <message>
        <source>For Linux (Intel, AMD)</source>
        <translation>Für Linux (Intel, AMD)</translation>
    </message>
    <message>
        <source>For Linux (ARM)</source>
        <translation>Für Linux (ARM)</translation>
    </message>
    <message>
        <source>For macOS (Apple silicon)</source>
        <translation>Für macOS (Apple-Chip)</translation>
    </message>
    <message>
        <source>Python of an environment with unirs</source>
        <translation>Python einer Umgebung mit unirs</translation>
    </message>
    <message>
        <source>Python of your own</source>
        <translation>Eigenes Python</translation>
    </message>
    <message>
        <source>The output of the set-up, to read or to copy</source>
        <translation>Die Ausgabe des Einrichtens, zum Lesen oder Kopieren</translation>
    </message>
    <message>
        <source>The runtime above</source>
        <translation>Die Laufzeitumgebung oben</translation>
    </message>
    <message>
        <source>The environment variable {name} is set and takes precedence.</source>
        <translation>Die Umgebungsvariable {name} ist gesetzt und hat Vorrang.</translation>
    </message>
    <message>
        <source>Set-up options</source>
        <translation>Optionen des Einrichtens</translation>
    </message>
    <message>
        <source>Processor (CPU)</source>
        <translation>Prozessor (CPU)</translation>
    </message>
    <message>
        <source>None: from the package index</source>
        <translation>Keiner: aus dem Paketindex</translation>
    </message>
    <message>
        <source>None</source>
        <translation>Keiner</translation>
    </message>
    <message>
        <source>Build of PyTorch</source>
        <translation>Variante von PyTorch</translation>
    </message>
    <message>
        <source>Offline, from the folder</source>
        <translation>Offline, aus dem Ordner</translation>
    </message>
    <message>
        <source>Extra package index</source>
        <translation>Zusätzlicher Paketindex</translation>
    </message>
    <message>
        <source>Checking a Python</source>
        <translation>Ein Python wird geprüft</translation>
    </message>
    <message>
        <source>Python {version} without unirs: install unirs into it, or clear this field and choose it below as the Python to set up with.</source>
        <translation>Python {version} ohne unirs: Installieren Sie unirs darin, oder leeren Sie dieses Feld und wählen Sie es unten als Python zum Einrichten.</translation>
    </message>
    <message>
        <source>Remove the runtime? Questions need it; it can be set up again at any time.</source>
        <translation>Die Laufzeitumgebung entfernen? Fragen brauchen sie; sie kann jederzeit wieder eingerichtet werden.</translation>
    </message>
    <message>
        <source>Automatic, by the driver</source>
        <translation>Automatisch, nach dem Treiber</translation>
    </message>
    <message>
        <source>NVIDIA graphics card (CUDA 13)</source>
        <translation>NVIDIA-Grafikkarte (CUDA 13)</translation>
    </message>
    <message>
        <source>NVIDIA graphics card, older driver (CUDA 12.6)</source>
        <translation>NVIDIA-Grafikkarte, älterer Treiber (CUDA 12.6)</translation>
    </message>
    <message>
        <source>AMD graphics card (ROCm)</source>
        <translation>AMD-Grafikkarte (ROCm)</translation>
    </message>
    <message>
        <source>Intel graphics card (XPU)</source>
        <translation>Intel-Grafikkarte (XPU)</translation>
    </message>
    <message>
        <source>The one found, or one that uv brings</source>
        <translation>Das gefundene, oder eines, das uv bringt</translation>
    </message>
    <message>
        <source>The one found, or from the package index</source>
        <translation>Das gefundene, oder aus dem Paketindex</translation>
    </message>
    <message>
        <source>As pip is configured</source>
        <translation>Wie in pip eingestellt</translation>
    </message>
    <message>
        <source>None: from the source of uv</source>
        <translation>Keiner: von der Quelle von uv</translation>
    </message>
    <message>
        <source>Package index</source>
        <translation>Paketindex</translation>
    </message>
    <message>
        <source>Python (3.10 to 3.14)</source>
        <translation>Python (3.10 bis 3.14)</translation>
    </message>
    <message>
        <source>Mirror of Pythons</source>
        <translation>Spiegelserver der Pythons</translation>
    </message>
    <message>
        <source>Program uv</source>
        <translation>Programm uv</translation>
    </message>
    <message>
        <source>Packages come from the index in pip&apos;s configuration, through the proxy of QGIS. Name an extra index if that one lacks the build of PyTorch that you need.</source>
        <translation>Pakete kommen aus dem Index, der in pip eingestellt ist, über den Proxy von QGIS. Nennen Sie einen zusätzlichen Index, wenn jenem die Variante von PyTorch fehlt, die Sie brauchen.</translation>
    </message>
    <message>
        <source>Saved in {folder}. On the other computer, install the plugin and choose &apos;Set up from a folder&apos;.</source>
        <translation>Gespeichert in {folder}. Installieren Sie auf dem anderen Rechner das Plugin, und wählen Sie „Aus einem Ordner einrichten“.</translation>
    </message>
    <message>
        <source>Saved in {folder}, without a Python: none could be downloaded. Install Python {version} (64 bit) on the other computer, then the plugin, and choose &apos;Set up from a folder&apos;.</source>
        <translation>Gespeichert in {folder}, ohne Python: Es konnte keines heruntergeladen werden. Installieren Sie auf dem anderen Rechner Python {version} (64 Bit), dann das Plugin, und wählen Sie „Aus einem Ordner einrichten“.</translation>
    </message>
    <message>
        <source>Folder to set up from</source>
        <translation>Ordner zum Einrichten</translation>
    </message>
    <message>
        <source>Folder to save into</source>
        <translation>Ordner zum Speichern</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>Entfernen</translation>
    </message>
    <message>
        <source>Python {version} with unirs.</source>
        <translation>Python {version} mit unirs.</translation>
    </message>
</context>
<context>
    <name>Sentences</name>
    <message>
        <source>The dates lie {distance} apart; Align corrects that.</source>
        <translation>Die Aufnahmen liegen {distance} auseinander; „Ausrichten“ behebt das.</translation>
    </message>
    <message>
        <source>Both dates lack data on {share} of the ground.</source>
        <translation>Beiden Aufnahmen fehlen auf {share} der Fläche Daten.</translation>
    </message>
    <message>
        <source>The earlier date lacks data on {share} of the ground.</source>
        <translation>Der früheren Aufnahme fehlen auf {share} der Fläche Daten.</translation>
    </message>
    <message>
        <source>The later date lacks data on {share} of the ground.</source>
        <translation>Der späteren Aufnahme fehlen auf {share} der Fläche Daten.</translation>
    </message>
    <message>
        <source>The earlier date has pixels of {coarse}, the other one of {fine}.</source>
        <translation>Die frühere Aufnahme hat Pixel von {coarse}, die andere von {fine}.</translation>
    </message>
    <message>
        <source>The later date has pixels of {coarse}, the other one of {fine}.</source>
        <translation>Die spätere Aufnahme hat Pixel von {coarse}, die andere von {fine}.</translation>
    </message>
    <message>
        <source>The earlier date alone is white on {share} of the ground (clouds or snow?).</source>
        <translation>Nur die frühere Aufnahme ist auf {share} der Fläche weiß (Wolken oder Schnee?).</translation>
    </message>
    <message>
        <source>The later date alone is white on {share} of the ground (clouds or snow?).</source>
        <translation>Nur die spätere Aufnahme ist auf {share} der Fläche weiß (Wolken oder Schnee?).</translation>
    </message>
    <message>
        <source>The earlier date seems hazier.</source>
        <translation>Die frühere Aufnahme wirkt dunstiger.</translation>
    </message>
    <message>
        <source>The later date seems hazier.</source>
        <translation>Die spätere Aufnahme wirkt dunstiger.</translation>
    </message>
    <message>
        <source>Light or colours differ; Match colours removes {share} of the difference.</source>
        <translation>Licht oder Farben unterscheiden sich; „Farben angleichen“ beseitigt {share} des Unterschieds.</translation>
    </message>
    <message>
        <source>The seasons are {months} months apart.</source>
        <translation>Die Jahreszeiten liegen {months} Monate auseinander.</translation>
    </message>
    <message>
        <source>Neighbouring dates lie up to {distance} apart ({where}); Align corrects that.</source>
        <translation>Benachbarte Aufnahmen liegen bis zu {distance} auseinander ({where}); „Ausrichten“ behebt das.</translation>
    </message>
    <message>
        <source>Dates lack data on up to {share} of the ground ({where}).</source>
        <translation>Aufnahmen fehlen auf bis zu {share} der Fläche Daten ({where}).</translation>
    </message>
    <message>
        <source>Neighbouring dates have pixels of {coarse} and of {fine} ({where}).</source>
        <translation>Benachbarte Aufnahmen haben Pixel von {coarse} und von {fine} ({where}).</translation>
    </message>
    <message>
        <source>One of two neighbouring dates is white on up to {share} of the ground ({where}; clouds or snow?).</source>
        <translation>Eine von zwei benachbarten Aufnahmen ist auf bis zu {share} der Fläche weiß ({where}; Wolken oder Schnee?).</translation>
    </message>
    <message>
        <source>One of two neighbouring dates seems hazier ({where}).</source>
        <translation>Eine von zwei benachbarten Aufnahmen wirkt dunstiger ({where}).</translation>
    </message>
    <message>
        <source>Light or colours differ between neighbouring dates ({where}); Match colours removes up to {share} of the difference.</source>
        <translation>Licht oder Farben benachbarter Aufnahmen unterscheiden sich ({where}); „Farben angleichen“ beseitigt bis zu {share} des Unterschieds.</translation>
    </message>
    <message>
        <source>Seasons of neighbouring dates are up to {months} months apart ({where}).</source>
        <translation>Die Jahreszeiten benachbarter Aufnahmen liegen bis zu {months} Monate auseinander ({where}).</translation>
    </message>
    <message>
        <source>Dates are not known ({names}): all are read in the order given.</source>
        <translation>Aufnahmedaten sind nicht bekannt ({names}): Alle werden in der angegebenen Reihenfolge gelesen.</translation>
    </message>
    <message>
        <source>Some dates are not exact enough to be ordered; all are read in the order given.</source>
        <translation>Einige Aufnahmedaten sind zu ungenau, um sie zu ordnen: Alle werden in der angegebenen Reihenfolge gelesen.</translation>
    </message>
    <message>
        <source>Some dates are the same: these are read in the order given.</source>
        <translation>Einige Aufnahmedaten sind gleich: Diese werden in der angegebenen Reihenfolge gelesen.</translation>
    </message>
    <message>
        <source>Dates that show nothing here are left out: {names}.</source>
        <translation>Auf einigen Aufnahmen ist nichts zu sehen; sie sind weggelassen: {names}.</translation>
    </message>
    <message>
        <source>No date alone gives a yes (at most {highest}), so the dates were compared with each other.</source>
        <translation>Keine Aufnahme ist für sich ein Ja (höchstens {highest}): Die Aufnahmen wurden miteinander verglichen.</translation>
    </message>
    <message>
        <source>The later date was moved by {distance}.</source>
        <translation>Die spätere Aufnahme wurde um {distance} verschoben.</translation>
    </message>
    <message>
        <source>Image {number} was moved by {distance}.</source>
        <translation>Bild {number} wurde um {distance} verschoben.</translation>
    </message>
    <message>
        <source>The later date cannot be aligned: the images have too little in common.</source>
        <translation>Die spätere Aufnahme lässt sich nicht ausrichten: Zu wenig stimmt überein.</translation>
    </message>
    <message>
        <source>Image {number} cannot be aligned: the images have too little in common.</source>
        <translation>Bild {number} lässt sich nicht ausrichten: Zu wenig stimmt überein.</translation>
    </message>
    <message>
        <source>The later date has the colours of the first one.</source>
        <translation>Die spätere Aufnahme hat die Farben der ersten.</translation>
    </message>
    <message>
        <source>Image {number} has the colours of the first one.</source>
        <translation>Bild {number} hat die Farben des ersten.</translation>
    </message>
    <message>
        <source>This is a radar image; models, the default one included, are trained on natural colours: do not rely on the answer.</source>
        <translation>Dies ist ein Radarbild; Modelle, auch das Standardmodell, sind auf natürliche Farben trainiert: Verlassen Sie sich nicht auf die Antwort.</translation>
    </message>
    <message>
        <source>This is a thermal image; models, the default one included, are trained on natural colours: do not rely on the answer.</source>
        <translation>Dies ist ein Wärmebild; Modelle, auch das Standardmodell, sind auf natürliche Farben trainiert: Verlassen Sie sich nicht auf die Antwort.</translation>
    </message>
    <message>
        <source>The image shows infrared in false colours; models, the default one included, are trained on natural colours: do not rely on the answer.</source>
        <translation>Das Bild zeigt Infrarot in Falschfarben; Modelle, auch das Standardmodell, sind auf natürliche Farben trainiert: Verlassen Sie sich nicht auf die Antwort.</translation>
    </message>
</context>
<context>
    <name>SeriesList</name>
    <message>
        <source>Date of acquisition of the selected layer</source>
        <translation>Aufnahmedatum des gewählten Layers</translation>
    </message>
    <message>
        <source>Move the layer up</source>
        <translation>Den Layer nach oben schieben</translation>
    </message>
    <message>
        <source>Move the layer down</source>
        <translation>Den Layer nach unten schieben</translation>
    </message>
    <message>
        <source>Remove the layer from the series</source>
        <translation>Den Layer aus der Serie entfernen</translation>
    </message>
    <message>
        <source>Sort the layers by date</source>
        <translation>Die Layer nach Datum sortieren</translation>
    </message>
    <message>
        <source>Layers of the series, the earliest first</source>
        <translation>Layer der Serie, der früheste zuerst</translation>
    </message>
    <message>
        <source>no date</source>
        <translation>kein Datum</translation>
    </message>
    <message>
        <source>{date}  {layer}</source>
        <translation>{date}  {layer}</translation>
    </message>
</context>
<context>
    <name>ServersGroup</name>
    <message>
        <source>Servers</source>
        <translation>Server</translation>
    </message>
    <message>
        <source>Send images to {host}</source>
        <translation>Bilder an {host} senden</translation>
    </message>
    <message>
        <source>{host} is another computer. Every question sends it the images of its extent.</source>
        <translation>{host} ist ein anderer Rechner. Jede Frage sendet ihm die Bilder ihrer Ausdehnung.</translation>
    </message>
    <message>
        <source>Whoever runs it can see and keep them.</source>
        <translation>Wer ihn betreibt, kann sie sehen und behalten.</translation>
    </message>
    <message>
        <source>The connection is not encrypted: others on the way can read them, too.</source>
        <translation>Die Verbindung ist nicht verschlüsselt: auch andere auf dem Weg können sie lesen.</translation>
    </message>
    <message>
        <source>Images leave this computer</source>
        <translation>Bilder verlassen diesen Rechner</translation>
    </message>
    <message>
        <source>Let images leave this computer?</source>
        <translation>Dürfen Bilder diesen Rechner verlassen?</translation>
    </message>
    <message>
        <source>Stop sending images there</source>
        <translation>Keine Bilder mehr dorthin senden</translation>
    </message>
    <message>
        <source>Only if the server asks for a key: an API header, or the key as password without a user. It stays in QGIS&apos;s authentication store and is sent to this server alone. Without one, the environment variable {name} is used if it is set.</source>
        <translation>Nur wenn der Server einen Schlüssel verlangt: ein API-Header, oder der Schlüssel als Passwort ohne Benutzer. Er bleibt im Authentifizierungsspeicher von QGIS und wird nur an diesen Server gesendet. Ohne ihn gilt die Umgebungsvariable {name}, wenn sie gesetzt ist.</translation>
    </message>
    <message>
        <source>None yet. Find those of this computer above, or add a model by the address of its server.</source>
        <translation>Noch keine. Suchen Sie oben die dieses Rechners, oder fügen Sie ein Modell über die Adresse seines Servers hinzu.</translation>
    </message>
    <message>
        <source>Server</source>
        <translation>Server</translation>
    </message>
    <message>
        <source>Key</source>
        <translation>Schlüssel</translation>
    </message>
    <message>
        <source>On this computer: images stay here.</source>
        <translation>Auf diesem Rechner: Bilder bleiben hier.</translation>
    </message>
    <message>
        <source>Another computer: images are sent to {host}, as you have allowed.</source>
        <translation>Ein anderer Rechner: Bilder werden an {host} gesendet, wie Sie es erlaubt haben.</translation>
    </message>
    <message>
        <source>Another computer: no images are sent to {host} before you allow it.</source>
        <translation>Ein anderer Rechner: an {host} werden keine Bilder gesendet, bevor Sie es erlauben.</translation>
    </message>
</context>
<context>
    <name>Setup</name>
    <message>
        <source>The chosen Python {python} does not exist; choose another one in Settings ▸ Options ▸ UniRS, or correct {variable}.</source>
        <translation>Das gewählte Python {python} gibt es nicht; wählen Sie ein anderes unter Einstellungen ▸ Optionen ▸ UniRS, oder korrigieren Sie {variable}.</translation>
    </message>
    <message>
        <source>The runtime is damaged: its files are gone. Repair it.</source>
        <translation>Die Laufzeitumgebung ist beschädigt: Ihre Dateien sind fort. Reparieren Sie sie.</translation>
    </message>
    <message>
        <source>Ready, but made by another version of the plugin (unirs {unirs}); repair it to renew it.</source>
        <translation>Bereit, aber von einer anderen Version des Plugins gemacht (unirs {unirs}); reparieren Sie sie, um sie zu erneuern.</translation>
    </message>
    <message>
        <source>Ready: unirs {unirs}, Python {python}, PyTorch {torch}.</source>
        <translation>Bereit: unirs {unirs}, Python {python}, PyTorch {torch}.</translation>
    </message>
    <message>
        <source>This copy of the plugin carries no runtime. Install the plugin&apos;s zip (&apos;make package&apos; builds it), or choose a Python that has unirs, such as that of &apos;.venv&apos;.</source>
        <translation>Diese Kopie des Plugins enthält keine Laufzeitumgebung. Installieren Sie die Zip-Datei des Plugins („make package“ baut sie), oder wählen Sie ein Python mit unirs, etwa das von „.venv“.</translation>
    </message>
    <message>
        <source>Ready: {python} was chosen.</source>
        <translation>Bereit: {python} wurde gewählt.</translation>
    </message>
    <message>
        <source>An earlier set-up was not finished; set up again.</source>
        <translation>Ein früheres Einrichten wurde nicht beendet; richten Sie erneut ein.</translation>
    </message>
    <message>
        <source>Not set up yet.</source>
        <translation>Noch nicht eingerichtet.</translation>
    </message>
    <message>
        <source>Ready, but PyTorch {torch} cannot use the graphics card: update its driver, or choose another build of PyTorch in the options, and repair.</source>
        <translation>Bereit, aber PyTorch {torch} kann die Grafikkarte nicht nutzen: Aktualisieren Sie deren Treiber, oder wählen Sie in den Optionen eine andere Variante von PyTorch, und reparieren Sie.</translation>
    </message>
    <message>
        <source>{path} does not work as a Python; choose another one.</source>
        <translation>{path} funktioniert nicht als Python; wählen Sie ein anderes.</translation>
    </message>
    <message>
        <source>Setting up UniRS</source>
        <translation>UniRS wird eingerichtet</translation>
    </message>
    <message>
        <source>Removing the UniRS runtime</source>
        <translation>Die Laufzeitumgebung von UniRS wird entfernt</translation>
    </message>
    <message>
        <source>Saving the UniRS runtime</source>
        <translation>Speichern der UniRS-Laufzeitumgebung</translation>
    </message>
    <message>
        <source>Planning the set-up</source>
        <translation>Planen des Einrichtens</translation>
    </message>
    <message>
        <source>{path} is not uv {version} or a later one of that series; choose another file, or leave the field empty.</source>
        <translation>{path} ist nicht uv {version} oder ein späteres dieser Reihe; wählen Sie eine andere Datei, oder lassen Sie das Feld leer.</translation>
    </message>
    <message>
        <source>Downloading uv…</source>
        <translation>uv wird heruntergeladen…</translation>
    </message>
    <message>
        <source>Installing packages…</source>
        <translation>Pakete werden installiert…</translation>
    </message>
    <message>
        <source>Installing the runtime failed: {reason} The whole log is below; copy it when you report this.</source>
        <translation>Das Einrichten der Laufzeitumgebung ist fehlgeschlagen: {reason} Das ganze Protokoll steht unten; kopieren Sie es, wenn Sie das melden.</translation>
    </message>
    <message>
        <source>A file of the runtime could not be used ({reason}: {file}); close other QGIS windows and try again.</source>
        <translation>Eine Datei der Laufzeitumgebung konnte nicht benutzt werden ({reason}: {file}); schließen Sie andere QGIS-Fenster und versuchen Sie es erneut.</translation>
    </message>
    <message>
        <source>The folder holds no {package} that fits this computer and its Python; save it anew on another computer, for a platform like this one.</source>
        <translation>Der Ordner enthält kein {package}, das zu diesem Rechner und seinem Python passt; speichern Sie ihn auf einem anderen Rechner neu, für eine Plattform wie diese.</translation>
    </message>
    <message>
        <source>The package index offers no {package} for this computer and its Python; choose another build of PyTorch in the set-up options, or name an extra index that has it.</source>
        <translation>Der Paketindex bietet kein {package} für diesen Rechner und sein Python; wählen Sie in den Optionen des Einrichtens eine andere Variante von PyTorch, oder nennen Sie einen zusätzlichen Index, der es hat.</translation>
    </message>
    <message>
        <source>There is no space left on the disk of the QGIS profile; free some and set up again.</source>
        <translation>Auf der Platte des QGIS-Profils ist kein Platz mehr; schaffen Sie Platz, und richten Sie erneut ein.</translation>
    </message>
    <message>
        <source>A folder of the set-up cannot be written: check the permissions of the QGIS profile, or let your antivirus program except it, and set up again.</source>
        <translation>Ein Ordner des Einrichtens kann nicht beschrieben werden: Prüfen Sie die Rechte am QGIS-Profil, oder nehmen Sie es im Virenschutz aus, und richten Sie erneut ein.</translation>
    </message>
    <message>
        <source>Another program has a file of the runtime open; close other QGIS windows and set up again.</source>
        <translation>Ein anderes Programm hat eine Datei der Laufzeitumgebung geöffnet; schließen Sie andere QGIS-Fenster, und richten Sie erneut ein.</translation>
    </message>
    <message>
        <source>A file name became longer than Windows allows; let an administrator switch on long paths, or use a QGIS profile in a shorter folder, and set up again.</source>
        <translation>Ein Dateiname wurde länger, als Windows erlaubt; lassen Sie einen Administrator lange Pfade einschalten, oder verwenden Sie ein QGIS-Profil in einem kürzeren Ordner, und richten Sie erneut ein.</translation>
    </message>
    <message>
        <source>The program uv {version}, which sets up the runtime, is not available there; install it, or name its file ({name}) in the set-up options.</source>
        <translation>Das Programm uv {version}, das die Laufzeitumgebung einrichtet, ist dort nicht zu bekommen; installieren Sie es, oder nennen Sie seine Datei ({name}) in den Optionen des Einrichtens.</translation>
    </message>
    <message>
        <source>The system ended the installation, probably because memory ran out; close other programs and set up again.</source>
        <translation>Das System hat die Installation beendet, vermutlich weil der Arbeitsspeicher ausging; schließen Sie andere Programme und richten Sie erneut ein.</translation>
    </message>
    <message>
        <source>Another QGIS window is setting up UniRS; wait until it has finished there. If there is no other window, delete the file {path}.</source>
        <translation>Ein anderes QGIS-Fenster richtet UniRS gerade ein; warten Sie, bis es dort fertig ist. Gibt es kein anderes Fenster, löschen Sie die Datei {path}.</translation>
    </message>
    <message>
        <source>The set-up needs {needed} on the disk of {folder}, but {free} are free; free some space and set up again.</source>
        <translation>Das Einrichten braucht {needed} auf der Platte von {folder}, aber {free} sind frei; schaffen Sie Platz, und richten Sie erneut ein.</translation>
    </message>
    <message>
        <source>Looking for uv…</source>
        <translation>uv wird gesucht…</translation>
    </message>
    <message>
        <source>Making the environment…</source>
        <translation>Die Umgebung wird angelegt…</translation>
    </message>
    <message>
        <source>Downloading Python…</source>
        <translation>Python wird heruntergeladen…</translation>
    </message>
    <message>
        <source>The runtime cannot be set up with {path}: it needs a complete Python of 64 bits, version 3.10 to 3.14. Choose another one, or leave the field empty.</source>
        <translation>Mit {path} kann die Laufzeitumgebung nicht eingerichtet werden: Sie braucht ein vollständiges Python mit 64 Bit, Version 3.10 bis 3.14. Wählen Sie ein anderes, oder lassen Sie das Feld leer.</translation>
    </message>
    <message>
        <source>The folder holds packages for Python {version}, which neither it nor this computer has; install Python {version} (64 bit) and set up again.</source>
        <translation>Der Ordner enthält Pakete für Python {version}, das weder in ihm noch auf diesem Rechner ist; installieren Sie Python {version} (64 Bit), und richten Sie erneut ein.</translation>
    </message>
    <message>
        <source>Looking for PyTorch…</source>
        <translation>PyTorch wird gesucht…</translation>
    </message>
    <message>
        <source>This build of PyTorch is not available there; trying another one.</source>
        <translation>Diese Variante von PyTorch ist dort nicht zu bekommen; eine andere wird versucht.</translation>
    </message>
    <message>
        <source>The small build of PyTorch, for the processor, is not available here. With the one for graphics cards, which works as well, the set-up downloads {download} and takes {disk}: set up again to take it, or name another index in the options.</source>
        <translation>Die kleine Variante von PyTorch, für den Prozessor, ist hier nicht zu bekommen. Mit der für Grafikkarten, die ebenfalls geht, lädt das Einrichten {download} und braucht {disk}: Richten Sie noch einmal ein, oder nennen Sie einen anderen Index.</translation>
    </message>
    <message>
        <source>This computer has no Python 3.10 to 3.14 that fits, and none could be downloaded; install Python 3.12 (64 bit), or name a mirror in the set-up options.</source>
        <translation>Auf diesem Rechner ist kein passendes Python 3.10 bis 3.14, und es konnte keines heruntergeladen werden; installieren Sie Python 3.12 (64 Bit), oder nennen Sie in den Optionen des Einrichtens einen Spiegelserver.</translation>
    </message>
    <message>
        <source>This computer has no Python 3.10 to 3.14 that fits; install Python 3.12 (64 bit), or choose one in the set-up options.</source>
        <translation>Auf diesem Rechner ist kein passendes Python 3.10 bis 3.14; installieren Sie Python 3.12 (64 Bit), oder wählen Sie eines in den Optionen des Einrichtens.</translation>
    </message>
    <message>
        <source>Collecting packages…</source>
        <translation>Pakete werden gesammelt…</translation>
    </message>
    <message>
        <source>PyTorch could not be loaded, since Microsoft&apos;s Visual C++ runtime is missing or old: install vc_redist.x64.exe from https://aka.ms/vs/17/release/vc_redist.x64.exe and set up again.</source>
        <translation>PyTorch konnte nicht geladen werden, weil die Visual-C++-Laufzeit von Microsoft fehlt oder alt ist: Installieren Sie vc_redist.x64.exe von https://aka.ms/vs/17/release/vc_redist.x64.exe, und richten Sie erneut ein.</translation>
    </message>
    <message>
        <source>The runtime was installed, but does not work: {reason} Set up again, or choose another build of PyTorch in the options.</source>
        <translation>Die Laufzeitumgebung wurde installiert, funktioniert aber nicht: {reason} Richten Sie erneut ein, oder wählen Sie in den Optionen eine andere Variante von PyTorch.</translation>
    </message>
    <message>
        <source>Checking the runtime…</source>
        <translation>Die Laufzeitumgebung wird geprüft…</translation>
    </message>
    <message>
        <source>Removing the runtime…</source>
        <translation>Die Laufzeitumgebung wird entfernt…</translation>
    </message>
    <message>
        <source>The proxy has refused the connection; check it in Settings ▸ Options ▸ Network (address, port, user), or set up from a folder.</source>
        <translation>Der Proxy hat die Verbindung abgelehnt; prüfen Sie ihn unter Einstellungen ▸ Optionen ▸ Netzwerk (Adresse, Port, Benutzer), oder richten Sie aus einem Ordner ein.</translation>
    </message>
    <message>
        <source>The certificate of the package index cannot be verified. Behind a company&apos;s gateway, add its certificate to those of the system, or name it as &apos;cert&apos; in pip&apos;s configuration, or set up from a folder.</source>
        <translation>Das Zertifikat des Paketindex kann nicht geprüft werden. Hinter dem Gateway einer Firma fügen Sie dessen Zertifikat denen des Systems hinzu, oder nennen es als „cert“ in der Konfiguration von pip, oder richten aus einem Ordner ein.</translation>
    </message>
    <message>
        <source>The package index cannot be reached; check the network and the proxy in Settings ▸ Options ▸ Network and set up again, or set up from a folder.</source>
        <translation>Der Paketindex ist nicht zu erreichen; prüfen Sie das Netzwerk und den Proxy unter Einstellungen ▸ Optionen ▸ Netzwerk, und richten Sie erneut ein, oder richten Sie aus einem Ordner ein.</translation>
    </message>
    <message>
        <source>The package index requires a login, or refuses this computer; check pip&apos;s configuration, or set up from a folder.</source>
        <translation>Der Paketindex verlangt eine Anmeldung oder lehnt diesen Rechner ab; prüfen Sie die Konfiguration von pip, oder richten Sie aus einem Ordner ein.</translation>
    </message>
    <message>
        <source>A downloaded file is damaged, or not the one that was expected; set up again.</source>
        <translation>Eine heruntergeladene Datei ist beschädigt oder nicht die erwartete; richten Sie erneut ein.</translation>
    </message>
    <message>
        <source>The folder needs {needed}, but {free} are free on its disk; choose another one.</source>
        <translation>Der Ordner braucht {needed}, aber auf seiner Platte sind {free} frei; wählen Sie einen anderen.</translation>
    </message>
    <message>
        <source>Downloading {package}… {done} of {total}</source>
        <translation>{package} wird heruntergeladen… {done} von {total}</translation>
    </message>
    <message>
        <source>The package index has no {name}; name an index that has it in the options.</source>
        <translation>Der Paketindex hat kein {name}; nennen Sie in den Optionen einen Index, der es hat.</translation>
    </message>
    <message>
        <source>No Python could be saved; the other computer needs a Python {version}.</source>
        <translation>Es konnte kein Python gespeichert werden; der andere Rechner braucht ein Python {version}.</translation>
    </message>
    <message>
        <source>{file} of the folder is missing or damaged; copy or save the folder anew.</source>
        <translation>{file} des Ordners fehlt oder ist beschädigt; kopieren oder speichern Sie den Ordner neu.</translation>
    </message>
    <message>
        <source>The folder was saved for {platform}, but this computer is {own}.</source>
        <translation>Der Ordner wurde für {platform} gespeichert, dieser Rechner ist aber {own}.</translation>
    </message>
    <message>
        <source>for the processor</source>
        <translation>für den Prozessor</translation>
    </message>
    <message>
        <source>for Apple silicon</source>
        <translation>für den Apple-Chip</translation>
    </message>
    <message>
        <source>Set-up downloads {download} (PyTorch {build}) and takes {disk} in {folder}, where {free} are free.</source>
        <translation>Das Einrichten lädt {download} herunter (PyTorch {build}) und belegt {disk} in {folder}, wo {free} frei sind.</translation>
    </message>
    <message>
        <source>PyTorch is no longer made for Macs with an Intel processor, so the runtime cannot be set up here; choose a Python of your own with unirs, or ask a server on another computer.</source>
        <translation>PyTorch gibt es für Macs mit Intel-Prozessor nicht mehr, daher kann die Laufzeitumgebung hier nicht eingerichtet werden; wählen Sie ein eigenes Python mit unirs, oder fragen Sie einen Server auf einem anderen Rechner.</translation>
    </message>
    <message>
        <source>The runtime cannot be set up on {platform}: PyTorch supports only 64-bit Windows, 64-bit Linux and Apple silicon.</source>
        <translation>Auf {platform} kann die Laufzeitumgebung nicht eingerichtet werden: PyTorch unterstützt nur Windows und Linux mit 64 Bit und Apple-Chips.</translation>
    </message>
    <message>
        <source>The folder {path} to set up from does not exist; choose another one.</source>
        <translation>Den Ordner {path} zum Einrichten gibt es nicht; wählen Sie einen anderen.</translation>
    </message>
    <message>
        <source>The address of an index or mirror has to be such as https://…, without user and password (put these into pip&apos;s configuration).</source>
        <translation>Die Adresse eines Index oder Spiegelservers muss so sein wie https://…, ohne Benutzer und Passwort (schreiben Sie diese in die Konfiguration von pip).</translation>
    </message>
</context>
<context>
    <name>StatusPanel</name>
    <message>
        <source>Progress</source>
        <translation>Fortschritt</translation>
    </message>
    <message>
        <source>Log</source>
        <translation>Protokoll</translation>
    </message>
    <message>
        <source>More</source>
        <translation>Mehr</translation>
    </message>
    <message>
        <source>Caption tiles…</source>
        <translation>Kacheln beschreiben…</translation>
    </message>
    <message>
        <source>Describe change in tiles…</source>
        <translation>Änderung in Kacheln beschreiben…</translation>
    </message>
    <message>
        <source>Classify tiles…</source>
        <translation>Kacheln klassifizieren…</translation>
    </message>
    <message>
        <source>Ask about polygons…</source>
        <translation>Polygone befragen…</translation>
    </message>
    <message>
        <source>Index tiles…</source>
        <translation>Kacheln indizieren…</translation>
    </message>
    <message>
        <source>Review answers…</source>
        <translation>Antworten prüfen…</translation>
    </message>
    <message>
        <source>Batch on a cluster…</source>
        <translation>Stapel auf einem Cluster…</translation>
    </message>
    <message>
        <source>Report…</source>
        <translation>Bericht…</translation>
    </message>
    <message>
        <source>Export history…</source>
        <translation>Verlauf exportieren…</translation>
    </message>
    <message>
        <source>Add history as layer</source>
        <translation>Verlauf als Layer hinzufügen</translation>
    </message>
    <message>
        <source>Options…</source>
        <translation>Optionen…</translation>
    </message>
    <message>
        <source>Help</source>
        <translation>Hilfe</translation>
    </message>
    <message>
        <source>Log of the set-up</source>
        <translation>Protokoll des Einrichtens</translation>
    </message>
    <message>
        <source>Set up</source>
        <translation>Einrichten</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Restart</source>
        <translation>Neu starten</translation>
    </message>
</context>
<context>
    <name>Suggestions</name>
    <message>
        <source>Water?</source>
        <translation>Wasser?</translation>
    </message>
    <message>
        <source>Buildings?</source>
        <translation>Gebäude?</translation>
    </message>
    <message>
        <source>Rural or urban?</source>
        <translation>Land oder Stadt?</translation>
    </message>
    <message>
        <source>Roads?</source>
        <translation>Straßen?</translation>
    </message>
    <message>
        <source>Any change?</source>
        <translation>Änderung?</translation>
    </message>
    <message>
        <source>New buildings?</source>
        <translation>Neubauten?</translation>
    </message>
    <message>
        <source>Trees lost?</source>
        <translation>Bäume weg?</translation>
    </message>
    <message>
        <source>Lake smaller?</source>
        <translation>See kleiner?</translation>
    </message>
    <message>
        <source>What happens?</source>
        <translation>Was passiert?</translation>
    </message>
    <message>
        <source>Flood?</source>
        <translation>Flut?</translation>
    </message>
    <message>
        <source>Fire?</source>
        <translation>Feuer?</translation>
    </message>
    <message>
        <source>Building work?</source>
        <translation>Bauarbeiten?</translation>
    </message>
</context>
<context>
    <name>TableMenu</name>
    <message>
        <source>Ask about these polygons…</source>
        <translation>Diese Polygone befragen…</translation>
    </message>
    <message>
        <source>Review answers…</source>
        <translation>Antworten prüfen…</translation>
    </message>
</context>
<context>
    <name>ThreadView</name>
    <message>
        <source>Conversation so far</source>
        <translation>Bisheriges Gespräch</translation>
    </message>
    <message>
        <source>Earlier ones, in the history: {count}</source>
        <translation>Frühere, im Verlauf: {count}</translation>
    </message>
    <message>
        <source>The model did not read what is above: the conversation is too long for it.</source>
        <translation>Das Modell hat nicht gelesen, was darüber steht: das Gespräch ist ihm zu lang.</translation>
    </message>
</context>
<context>
    <name>ThresholdSlider</name>
    <message>
        <source>Threshold of the map</source>
        <translation>Schwelle der Karte</translation>
    </message>
    <message>
        <source>Show and outline the ground that reaches this percentage</source>
        <translation>Zeigen und umranden, was diesen Prozentwert erreicht</translation>
    </message>
</context>
<context>
    <name>TimelineChart</name>
    <message>
        <source>Probability of yes at each date</source>
        <translation>Wahrscheinlichkeit von Ja an jedem Datum</translation>
    </message>
    <message>
        <source>{date}: not asked</source>
        <translation>{date}: nicht gefragt</translation>
    </message>
    <message>
        <source>{date}: {percent}, asked alone {alone}</source>
        <translation>{date}: {percent}, allein gefragt {alone}</translation>
    </message>
</context>
<context>
    <name>UniRSDock</name>
    <message>
        <source>UniRS</source>
        <translation>UniRS</translation>
    </message>
    <message>
        <source>Add dated layers to the series, or choose a video file.</source>
        <translation>Fügen Sie der Serie datierte Layer hinzu, oder wählen Sie eine Videodatei.</translation>
    </message>
</context>
<context>
    <name>VideoFile</name>
    <message>
        <source>Path of a video file</source>
        <translation>Pfad einer Videodatei</translation>
    </message>
    <message>
        <source>Choose a video file…</source>
        <translation>Videodatei wählen…</translation>
    </message>
    <message>
        <source>A video has no extent on the map; its answer has no footprint.</source>
        <translation>Ein Video hat keine Ausdehnung auf der Karte; seine Antwort hat keinen Umriss.</translation>
    </message>
    <message>
        <source>Choose a video file</source>
        <translation>Eine Videodatei wählen</translation>
    </message>
    <message>
        <source>Videos (*.mp4 *.mov *.avi *.mkv *.webm *.m4v)</source>
        <translation>Videos (*.mp4 *.mov *.avi *.mkv *.webm *.m4v)</translation>
    </message>
    <message>
        <source>All files (*)</source>
        <translation>Alle Dateien (*)</translation>
    </message>
</context>
<context>
    <name>Where</name>
    <message>
        <source>{done} of {total}, step {level} of {levels}</source>
        <translation>{done} von {total}, Schritt {level} von {levels}</translation>
    </message>
</context>
<context>
    <name>Window</name>
    <message>
        <source>UniRS</source>
        <translation>UniRS</translation>
    </message>
</context>
<context>
    <name>Worker</name>
    <message>
        <source>The worker was restarted before it had answered.</source>
        <translation>Der Arbeitsprozess wurde neu gestartet, bevor er geantwortet hatte.</translation>
    </message>
    <message>
        <source>The worker was stopped before it had answered.</source>
        <translation>Der Arbeitsprozess wurde angehalten, bevor er geantwortet hatte.</translation>
    </message>
    <message>
        <source>UniRS is closed.</source>
        <translation>UniRS ist geschlossen.</translation>
    </message>
    <message>
        <source>The question was cancelled.</source>
        <translation>Die Frage wurde abgebrochen.</translation>
    </message>
</context>
<context>
    <name>WorkerReasons</name>
    <message>
        <source>The worker was killed, probably by the system because the memory ran out; close other programs or choose a smaller model, then ask again.</source>
        <translation>Der Arbeitsprozess wurde beendet, vermutlich vom System, weil der Arbeitsspeicher ausging; schließen Sie andere Programme oder wählen Sie ein kleineres Modell und fragen Sie erneut.</translation>
    </message>
    <message>
        <source>The worker crashed ({code}); ask again, and report it if it happens once more.</source>
        <translation>Der Arbeitsprozess ist abgestürzt ({code}); fragen Sie erneut, und melden Sie es, wenn es noch einmal geschieht.</translation>
    </message>
    <message>
        <source>The worker has ended; ask again.</source>
        <translation>Der Arbeitsprozess ist beendet; fragen Sie erneut.</translation>
    </message>
    <message>
        <source>The worker stopped responding and was ended; ask again, and report it if it happens once more.</source>
        <translation>Der Arbeitsprozess reagierte nicht mehr und wurde beendet; fragen Sie erneut, und melden Sie es, wenn es noch einmal geschieht.</translation>
    </message>
    <message>
        <source>The worker cannot be started ({error}); repair the runtime under Settings ▸ Options ▸ UniRS.</source>
        <translation>Der Arbeitsprozess kann nicht gestartet werden ({error}); reparieren Sie die Laufzeitumgebung unter Einstellungen ▸ Optionen ▸ UniRS.</translation>
    </message>
    <message>
        <source>The worker has not answered for {seconds} seconds; ask again when the computer is less busy, or repair the runtime under Settings ▸ Options ▸ UniRS.</source>
        <translation>Der Arbeitsprozess hat seit {seconds} Sekunden nicht geantwortet; fragen Sie erneut, wenn der Rechner weniger beschäftigt ist, oder reparieren Sie die Laufzeitumgebung unter Einstellungen ▸ Optionen ▸ UniRS.</translation>
    </message>
    <message>
        <source>The runtime does not fit this version of the plugin; repair it under Settings ▸ Options ▸ UniRS.</source>
        <translation>Die Laufzeitumgebung passt nicht zu dieser Version des Plugins; reparieren Sie sie unter Einstellungen ▸ Optionen ▸ UniRS.</translation>
    </message>
    <message>
        <source>The worker ended with exit code {code} ({last_line}); if it does so again, repair the runtime under Settings ▸ Options ▸ UniRS.</source>
        <translation>Der Arbeitsprozess endete mit dem Code {code} ({last_line}); tut er das wieder, reparieren Sie die Laufzeitumgebung unter Einstellungen ▸ Optionen ▸ UniRS.</translation>
    </message>
    <message>
        <source>The runtime of UniRS is not set up; set it up under Settings ▸ Options ▸ UniRS.</source>
        <translation>Die Laufzeitumgebung von UniRS ist nicht eingerichtet; richten Sie sie unter Einstellungen ▸ Optionen ▸ UniRS ein.</translation>
    </message>
</context>
<context>
    <name>_Rows</name>
    <message>
        <source>No layer yet: choose one above and add it.</source>
        <translation>Noch kein Layer: oben einen wählen und hinzufügen.</translation>
    </message>
</context>
</TS>
