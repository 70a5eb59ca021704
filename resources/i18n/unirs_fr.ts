<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="fr" sourcelanguage="en">
<context>
    <name>Activity</name>
    <message>
        <source>Cancel</source>
        <translation>Annuler</translation>
    </message>
    <message>
        <source>Stopping…</source>
        <translation>Arrêt en cours…</translation>
    </message>
</context>
<context>
    <name>AnswerView</name>
    <message>
        <source>Answer</source>
        <translation>Réponse</translation>
    </message>
    <message>
        <source>Loading the model…</source>
        <translation>Chargement du modèle…</translation>
    </message>
    <message>
        <source>Reading the images…</source>
        <translation>Lecture des images…</translation>
    </message>
    <message>
        <source>Encoding the images…</source>
        <translation>Encodage des images…</translation>
    </message>
    <message>
        <source>Generating the clue…</source>
        <translation>Génération de l’indice…</translation>
    </message>
    <message>
        <source>Reading the question…</source>
        <translation>Lecture de la question…</translation>
    </message>
    <message>
        <source>Answering…</source>
        <translation>Réponse en cours…</translation>
    </message>
    <message>
        <source>Scoring the answers…</source>
        <translation>Évaluation des réponses…</translation>
    </message>
    <message>
        <source>Averaging over several views…</source>
        <translation>Moyenne sur plusieurs vues…</translation>
    </message>
    <message>
        <source>Asking about windows:</source>
        <translation>Questions sur les fenêtres :</translation>
    </message>
    <message>
        <source>Classifying the places before and after…</source>
        <translation>Interroge sur ce que les lieux étaient et sont…</translation>
    </message>
    <message>
        <source>Asking about dates:</source>
        <translation>Questions sur les dates :</translation>
    </message>
    <message>
        <source>Working…</source>
        <translation>En cours…</translation>
    </message>
    <message>
        <source>Images were sent to {host}.</source>
        <translation>Des images ont été envoyées à {host}.</translation>
    </message>
    <message>
        <source>Question</source>
        <translation>Question</translation>
    </message>
    <message>
        <source>Less likely answers</source>
        <translation>Réponses moins probables</translation>
    </message>
    <message>
        <source>Clue</source>
        <translation>Indice</translation>
    </message>
    <message>
        <source>Text about the image that the base model generated before the question was read</source>
        <translation>Texte sur l’image généré par le modèle de base avant la lecture de la question</translation>
    </message>
    <message>
        <source>The model&apos;s image</source>
        <translation>Ce que le modèle a vu</translation>
    </message>
    <message>
        <source>Add the map of this answer to the project</source>
        <translation>Ajouter la carte de cette réponse au projet</translation>
    </message>
    <message>
        <source>Stopped: this answer is not finished.</source>
        <translation>Arrêtée&#xa0;: cette réponse n’est pas complète.</translation>
    </message>
    <message>
        <source>Experimental model: check this answer.</source>
        <translation>Modèle expérimental : vérifiez cette réponse.</translation>
    </message>
    <message>
        <source>Images of the series that the model did not read: {count}</source>
        <translation>Images de la série que le modèle n’a pas lues : {count}</translation>
    </message>
    <message>
        <source>Not sure: the model gives this answer a probability of {percent}.</source>
        <translation>Incertain : le modèle donne à cette réponse une probabilité de {percent}.</translation>
    </message>
    <message>
        <source>Not sure: answers with a confidence of {percent} are often wrong.</source>
        <translation>Pas sûr : avec une confiance de {percent}, les réponses sont souvent fausses.</translation>
    </message>
    <message>
        <source>Chosen from {count} answers. The server gives no probabilities.</source>
        <translation>Choisie parmi {count} réponses. Le serveur ne donne pas de probabilités.</translation>
    </message>
    <message>
        <source>Before</source>
        <translation>Avant</translation>
    </message>
    <message>
        <source>After</source>
        <translation>Après</translation>
    </message>
    <message>
        <source>{seconds} s, {model} on {device}</source>
        <translation>{seconds} s, {model} sur {device}</translation>
    </message>
    <message>
        <source>confidence {percent}, {details}</source>
        <translation>confiance {percent}, {details}</translation>
    </message>
    <message>
        <source>views agree by {percent}, {details}</source>
        <translation>les vues concordent à {percent}, {details}</translation>
    </message>
    <message>
        <source>average of {views} views, {details}</source>
        <translation>moyenne de {views} vues, {details}</translation>
    </message>
    <message>
        <source>Engine: {engine}</source>
        <translation>Moteur : {engine}</translation>
    </message>
    <message>
        <source>Digest of the model: {digest}</source>
        <translation>Empreinte du modèle : {digest}</translation>
    </message>
</context>
<context>
    <name>AnswersGroup</name>
    <message>
        <source>Answers</source>
        <translation>Réponses</translation>
    </message>
    <message>
        <source>The best one</source>
        <translation>Le meilleur</translation>
    </message>
    <message>
        <source>What suits the device</source>
        <translation>Ce qui convient au périphérique</translation>
    </message>
    <message>
        <source>32 bits (float32)</source>
        <translation>32 bits (float32)</translation>
    </message>
    <message>
        <source> tokens</source>
        <translation> jetons</translation>
    </message>
    <message>
        <source> views</source>
        <translation> vues</translation>
    </message>
    <message>
        <source>One view</source>
        <translation>Une vue</translation>
    </message>
    <message>
        <source>A description is generated before the answer; answers are faster without it</source>
        <translation>Une description est générée avant la réponse ; sans elle, les réponses sont plus rapides</translation>
    </message>
    <message>
        <source>Average over several augmented views of the image (turned, mirrored): slower but more reliable, for closed sets of answers and change maps</source>
        <translation>Moyenne sur plusieurs vues de l’image (tournées, en miroir) : plus lent mais plus fiable, pour les ensembles fermés de réponses et les cartes de changement</translation>
    </message>
    <message>
        <source> min without a question</source>
        <translation> min sans question</translation>
    </message>
    <message>
        <source>Never</source>
        <translation>Jamais</translation>
    </message>
    <message>
        <source>If the model was trained so</source>
        <translation>Si le modèle a été entraîné ainsi</translation>
    </message>
    <message>
        <source>Always</source>
        <translation>Toujours</translation>
    </message>
    <message>
        <source>In the QGIS profile</source>
        <translation>Dans le profil QGIS</translation>
    </message>
    <message>
        <source>Beside the project</source>
        <translation>À côté du projet</translation>
    </message>
    <message>
        <source>Device</source>
        <translation>Périphérique</translation>
    </message>
    <message>
        <source>Precision</source>
        <translation>Précision</translation>
    </message>
    <message>
        <source>Clue</source>
        <translation>Indice</translation>
    </message>
    <message>
        <source>Longest answer</source>
        <translation>Réponse la plus longue</translation>
    </message>
    <message>
        <source>Average over</source>
        <translation>Moyenne sur</translation>
    </message>
    <message>
        <source>Free memory after</source>
        <translation>Libérer la mémoire après</translation>
    </message>
    <message>
        <source>Beside the project, everybody who opens it sees its answers; a project that is not saved yet uses the profile.</source>
        <translation>À côté du projet, tous ceux qui l’ouvrent voient ses réponses&#xa0;; un projet qui n’est pas encore enregistré utilise le profil.</translation>
    </message>
    <message>
        <source>History</source>
        <translation>Historique</translation>
    </message>
    <message>
        <source>16 bits (bfloat16)</source>
        <translation>16 bits (bfloat16)</translation>
    </message>
    <message>
        <source>16 bits (float16)</source>
        <translation>16 bits (float16)</translation>
    </message>
    <message>
        <source>8 bits (int8)</source>
        <translation>8 bits (int8)</translation>
    </message>
    <message>
        <source>4 bits (int4)</source>
        <translation>4 bits (int4)</translation>
    </message>
    <message>
        <source>The most precise one that is fast on the device and fits into its memory.</source>
        <translation>La plus fine que l’appareil calcule vite et pour laquelle sa mémoire suffit.</translation>
    </message>
    <message>
        <source>Exact, and fast on processors; needs the most memory.</source>
        <translation>Exacte, et rapide sur les processeurs&#xa0;; demande le plus de mémoire.</translation>
    </message>
    <message>
        <source>Half the memory; fast on recent graphics cards and processors.</source>
        <translation>Moitié moins de mémoire&#xa0;; rapide sur les cartes graphiques et processeurs récents.</translation>
    </message>
    <message>
        <source>Half the memory; for graphics cards without fast bfloat16.</source>
        <translation>Moitié moins de mémoire&#xa0;; pour les cartes graphiques sans bfloat16 rapide.</translation>
    </message>
    <message>
        <source>About a quarter of the memory; answers can change slightly.</source>
        <translation>Environ un quart de la mémoire&#xa0;; les réponses peuvent changer légèrement.</translation>
    </message>
    <message>
        <source>About an eighth of the memory; answers can change more.</source>
        <translation>Environ un huitième de la mémoire&#xa0;; les réponses peuvent changer davantage.</translation>
    </message>
    <message>
        <source>Processor (cpu)</source>
        <translation>Processeur (cpu)</translation>
    </message>
    <message>
        <source>NVIDIA graphics card ({device})</source>
        <translation>Carte graphique NVIDIA ({device})</translation>
    </message>
    <message>
        <source>Apple graphics ({device})</source>
        <translation>Puce graphique Apple ({device})</translation>
    </message>
    <message>
        <source>Intel graphics ({device})</source>
        <translation>Puce graphique Intel ({device})</translation>
    </message>
</context>
<context>
    <name>BackgroundTask</name>
    <message>
        <source>A defect in UniRS stopped this ({kind}: {reason}); see the log panel, and report it.</source>
        <translation>Un défaut d’UniRS a interrompu l’opération ({kind} : {reason}) ; voir le panneau du journal, et signalez-le.</translation>
    </message>
</context>
<context>
    <name>Batch</name>
    <message>
        <source>A batch reads raster layers; choose one or more in the dock.</source>
        <translation>Un lot lit des couches raster&#xa0;; choisissez-en une ou plusieurs dans le panneau.</translation>
    </message>
    <message>
        <source>The layer “{layer}” is not a raster file, which a batch needs; save it as one first.</source>
        <translation>La couche «&#xa0;{layer}&#xa0;» n’est pas un fichier raster, ce qu’il faut pour un lot&#xa0;; enregistrez-la d’abord comme tel.</translation>
    </message>
    <message>
        <source>{file} already exists; choose another file.</source>
        <translation>{file} existe déjà&#xa0;; choisissez un autre fichier.</translation>
    </message>
    <message>
        <source>{file} cannot be written ({reason}); choose another file.</source>
        <translation>{file} ne peut pas être écrit ({reason})&#xa0;; choisissez un autre fichier.</translation>
    </message>
</context>
<context>
    <name>BatchDialog</name>
    <message>
        <source>Batch on a cluster</source>
        <translation>Lot sur une grappe</translation>
    </message>
    <message>
        <source>Caption each tile</source>
        <translation>Décrire chaque tuile</translation>
    </message>
    <message>
        <source>Ask about each tile</source>
        <translation>Interroger chaque tuile</translation>
    </message>
    <message>
        <source>Classify each tile</source>
        <translation>Classer chaque tuile</translation>
    </message>
    <message>
        <source>Describe the change of each tile</source>
        <translation>Décrire le changement de chaque tuile</translation>
    </message>
    <message>
        <source>Ask about the change of each tile</source>
        <translation>Interroger le changement de chaque tuile</translation>
    </message>
    <message>
        <source>Tile size</source>
        <translation>Taille des tuiles</translation>
    </message>
    <message>
        <source>Unit of the tile size</source>
        <translation>Unité de la taille des tuiles</translation>
    </message>
    <message>
        <source>pixels</source>
        <translation>pixels</translation>
    </message>
    <message>
        <source>metres</source>
        <translation>mètres</translation>
    </message>
    <message>
        <source>Plan file</source>
        <translation>Fichier du plan</translation>
    </message>
    <message>
        <source>Choose the plan file</source>
        <translation>Choisir le fichier du plan</translation>
    </message>
    <message>
        <source>A Ray cluster</source>
        <translation>Une grappe Ray</translation>
    </message>
    <message>
        <source>All cores of one computer</source>
        <translation>Tous les cœurs d’un ordinateur</translation>
    </message>
    <message>
        <source>One process</source>
        <translation>Un seul processus</translation>
    </message>
    <message>
        <source>auto on a node of the cluster; elsewhere HOST:PORT of its head</source>
        <translation>auto sur un nœud de la grappe&#xa0;; ailleurs HÔTE:PORT de sa tête</translation>
    </message>
    <message>
        <source>Write plan</source>
        <translation>Écrire le plan</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Fermer</translation>
    </message>
    <message>
        <source>Command</source>
        <translation>Commande</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>Copier</translation>
    </message>
    <message>
        <source>Task</source>
        <translation>Tâche</translation>
    </message>
    <message>
        <source>Question</source>
        <translation>Question</translation>
    </message>
    <message>
        <source>Answers to choose from</source>
        <translation>Réponses au choix</translation>
    </message>
    <message>
        <source>Run on</source>
        <translation>Exécuter sur</translation>
    </message>
    <message>
        <source>Address</source>
        <translation>Adresse</translation>
    </message>
    <message>
        <source>The command goes on where it ended if it is run again. Every computer that runs it needs unirs[cluster] and the rasters under the same names.</source>
        <translation>Relancée, la commande reprend où elle s’est arrêtée. Chaque ordinateur qui l’exécute a besoin de unirs[cluster] et des rasters sous les mêmes noms.</translation>
    </message>
    <message>
        <source>Classes</source>
        <translation>Classes</translation>
    </message>
    <message>
        <source>those of the model</source>
        <translation>celles du modèle</translation>
    </message>
    <message>
        <source>yes, no</source>
        <translation>yes, no</translation>
    </message>
    <message>
        <source>Enter the question.</source>
        <translation>Saisissez la question.</translation>
    </message>
    <message>
        <source>Give at least two answers to choose from, comma-separated.</source>
        <translation>Donnez au moins deux réponses au choix, séparées par des virgules.</translation>
    </message>
    <message>
        <source>Choose the plan file.</source>
        <translation>Choisissez le fichier du plan.</translation>
    </message>
    <message>
        <source>Enter the address of the cluster.</source>
        <translation>Saisissez l’adresse de la grappe.</translation>
    </message>
    <message>
        <source>Plans</source>
        <translation>Plans</translation>
    </message>
    <message>
        <source>{names} and {count} more</source>
        <translation>{names} et {count} autres</translation>
    </message>
    <message>
        <source>Layers: {names}</source>
        <translation>Couches&#xa0;: {names}</translation>
    </message>
</context>
<context>
    <name>Capabilities</name>
    <message>
        <source>{model} reads no single images.</source>
        <translation>{model} ne lit pas d’images seules.</translation>
    </message>
    <message>
        <source>{model} reads no pairs of dates.</source>
        <translation>{model} ne lit pas de paires de dates.</translation>
    </message>
    <message>
        <source>{model} reads no series or videos.</source>
        <translation>{model} ne lit ni séries ni vidéos.</translation>
    </message>
    <message>
        <source>{model} does not describe images first.</source>
        <translation>{model} ne décrit pas d’abord les images.</translation>
    </message>
    <message>
        <source>{model} makes no change maps.</source>
        <translation>{model} ne produit pas de cartes des changements.</translation>
    </message>
    <message>
        <source>{model} averages over no views.</source>
        <translation>{model} ne fait pas de moyenne sur des vues.</translation>
    </message>
    <message>
        <source>{model} chooses from options without probabilities.</source>
        <translation>{model} choisit parmi les choix sans probabilités.</translation>
    </message>
</context>
<context>
    <name>ChangeMap</name>
    <message>
        <source>The map reaches {percent} % nowhere; move the slider below it in the Layers panel to show less probable places.</source>
        <translation>La carte n’atteint nulle part {percent} % ; le curseur au-dessous dans le panneau Couches montre ce qui est moins probable.</translation>
    </message>
    <message>
        <source>Change (percent)</source>
        <translation>Changement (pour cent)</translation>
    </message>
    <message>
        <source>Probability of yes (percent)</source>
        <translation>Probabilité de oui (pour cent)</translation>
    </message>
    <message>
        <source>The change map {file} cannot be opened; describe the change again.</source>
        <translation>La carte des changements {file} ne peut pas être ouverte&#xa0;; demandez à nouveau la description du changement.</translation>
    </message>
    <message>
        <source>Changed: {percent} % or more</source>
        <translation>Changé à {percent}&#xa0;% ou plus</translation>
    </message>
    <message>
        <source>Threshold of a UniRS map</source>
        <translation>Seuil d’une carte UniRS</translation>
    </message>
    <message>
        <source>UniRS: polygons of change</source>
        <translation>UniRS&#xa0;: polygones de changement</translation>
    </message>
    <message>
        <source>Yes: {percent} % or more</source>
        <translation>Oui à {percent} % ou plus</translation>
    </message>
    <message>
        <source>The change map {file} cannot be read; describe the change again.</source>
        <translation>La carte des changements {file} ne peut pas être lue&#xa0;; demandez à nouveau la description du changement.</translation>
    </message>
    <message>
        <source>The polygons of change cannot be written to {folder}; check that the disk has space left.</source>
        <translation>Les polygones de changement ne peuvent pas être écrits dans {folder}&#xa0;; vérifiez qu’il reste de la place sur le disque.</translation>
    </message>
</context>
<context>
    <name>CheckGroup</name>
    <message>
        <source>Check</source>
        <translation>Vérification</translation>
    </message>
    <message>
        <source>Test</source>
        <translation>Tester</translation>
    </message>
    <message>
        <source>Copy diagnostics</source>
        <translation>Copier le diagnostic</translation>
    </message>
    <message>
        <source>Copies versions and the last test for a report, without your name or data</source>
        <translation>Copie les versions et le dernier test pour un rapport, sans votre nom ni vos données</translation>
    </message>
    <message>
        <source>Loading the model…</source>
        <translation>Chargement du modèle…</translation>
    </message>
    <message>
        <source>Asks the model about images with known answers</source>
        <translation>Interroge le modèle sur des images dont les réponses sont connues</translation>
    </message>
    <message>
        <source>Ask the chosen model questions with known answers.</source>
        <translation>Poser au modèle choisi des questions dont les réponses sont connues.</translation>
    </message>
    <message>
        <source>Answering questions with known answers…</source>
        <translation>Réponse à des questions dont les réponses sont connues…</translation>
    </message>
    <message>
        <source>{model} on {device}: {right} of {count} answers are right.</source>
        <translation>{model} sur {device} : {right} réponses justes sur {count}.</translation>
    </message>
    <message>
        <source>{question} Expected: {expected}. Answer: {answer}.</source>
        <translation>{question} Attendu&#xa0;: {expected}. Réponse&#xa0;: {answer}.</translation>
    </message>
    <message>
        <source>Collecting versions</source>
        <translation>Collecte des versions</translation>
    </message>
    <message>
        <source>The diagnostics have been copied; paste them into a report.</source>
        <translation>Le diagnostic a été copié&#xa0;; collez-le dans un rapport.</translation>
    </message>
</context>
<context>
    <name>Confirmation</name>
    <message>
        <source>Not now</source>
        <translation>Pas maintenant</translation>
    </message>
</context>
<context>
    <name>Conversation</name>
    <message>
        <source>Other layers</source>
        <translation>Autres couches</translation>
    </message>
    <message>
        <source>Other dates</source>
        <translation>Autres dates</translation>
    </message>
    <message>
        <source>Another extent</source>
        <translation>Autre emprise</translation>
    </message>
    <message>
        <source>Another model</source>
        <translation>Autre modèle</translation>
    </message>
    <message>
        <source>{difference}: a new conversation.</source>
        <translation>{difference} : une nouvelle conversation.</translation>
    </message>
</context>
<context>
    <name>ConversationBar</name>
    <message>
        <source>New conversation</source>
        <translation>Nouvelle conversation</translation>
    </message>
    <message>
        <source>Ask the next question without those before it</source>
        <translation>Poser la prochaine question sans les précédentes</translation>
    </message>
</context>
<context>
    <name>Conversations</name>
    <message>
        <source>{model} answers each question on its own.</source>
        <translation>{model} répond à chaque question séparément.</translation>
    </message>
    <message>
        <source>Follow-up to the question before</source>
        <translation>Suite de la question précédente</translation>
    </message>
    <message>
        <source>Follow-up to the {count} questions before</source>
        <translation>Suite des {count} questions précédentes</translation>
    </message>
</context>
<context>
    <name>Corrections</name>
    <message>
        <source>Align</source>
        <translation>Aligner</translation>
    </message>
    <message>
        <source>Move dates that lie more than a pixel of the model apart onto the first one</source>
        <translation>Déplacer sur la première date les images décalées de plus d’un pixel du modèle</translation>
    </message>
    <message>
        <source>Match colours</source>
        <translation>Accorder les couleurs</translation>
    </message>
    <message>
        <source>Give the later dates the light and colours of the first one</source>
        <translation>Donner aux dates suivantes la lumière et les couleurs de la première</translation>
    </message>
</context>
<context>
    <name>Crops</name>
    <message>
        <source>The layer {layer} has no CRS, so it cannot be laid on the other dates; set its CRS in the layer properties.</source>
        <translation>La couche {layer} n’a pas de SCR et ne peut donc pas être superposée aux autres dates&#xa0;; définissez son SCR dans les propriétés de la couche.</translation>
    </message>
    <message>
        <source>UniRS: picture of the layers</source>
        <translation>UniRS&#xa0;: image des couches</translation>
    </message>
    <message>
        <source>The picture of the layers was cancelled; ask again.</source>
        <translation>L’image des couches a été annulée&#xa0;; posez à nouveau la question.</translation>
    </message>
    <message>
        <source>The layer {layer} shows nothing in this extent; choose another one.</source>
        <translation>La couche {layer} ne montre rien dans cette emprise&#xa0;; choisissez-en une autre.</translation>
    </message>
    <message>
        <source>The layer {layer} cannot be drawn ({reason}); check its file or service.</source>
        <translation>La couche {layer} ne peut pas être dessinée ({reason})&#xa0;; vérifiez son fichier ou son service.</translation>
    </message>
    <message>
        <source>The picture of the layer cannot be written to {folder}; check that the disk has space left.</source>
        <translation>L’image de la couche ne peut pas être écrite dans {folder}&#xa0;; vérifiez qu’il reste de la place sur le disque.</translation>
    </message>
    <message>
        <source>The picture of the layer cannot be made ({reason}); choose another CRS.</source>
        <translation>L’image de la couche ne peut pas être créée ({reason})&#xa0;; choisissez un autre SCR.</translation>
    </message>
    <message>
        <source>The extent encloses no area; choose or draw another one.</source>
        <translation>L’emprise n’a pas de surface&#xa0;; choisissez-en ou dessinez-en une autre.</translation>
    </message>
    <message>
        <source>The extent is out of reach of the CRS of the layer {layer}; choose one that meets the layer.</source>
        <translation>L’emprise est hors de portée du SCR de la couche {layer}&#xa0;; choisissez-en une qui rencontre la couche.</translation>
    </message>
    <message>
        <source>The extent lies outside the layer {layer}; choose one that meets it.</source>
        <translation>L’emprise est en dehors de la couche {layer}&#xa0;; choisissez-en une qui la rencontre.</translation>
    </message>
    <message>
        <source>The extent crosses the 180° meridian; choose one on either side of it.</source>
        <translation>L’emprise traverse le méridien 180°&#xa0;; choisissez-en une d’un seul côté.</translation>
    </message>
    <message>
        <source>A layer was removed from the project; choose another one.</source>
        <translation>Une couche a été supprimée du projet&#xa0;; choisissez-en une autre.</translation>
    </message>
    <message>
        <source>The layer {layer} cannot be opened; check that its file or service is still there.</source>
        <translation>La couche {layer} ne peut pas être ouverte&#xa0;; vérifiez que son fichier ou son service existe encore.</translation>
    </message>
</context>
<context>
    <name>DateField</name>
    <message>
        <source>no date</source>
        <translation>sans date</translation>
    </message>
    <message>
        <source>{name}: a year, a month or a day</source>
        <translation>{name}&#xa0;: une année, un mois ou un jour</translation>
    </message>
    <message>
        <source>Choose a day</source>
        <translation>Choisir un jour</translation>
    </message>
</context>
<context>
    <name>DockState</name>
    <message>
        <source>Add a raster layer to the project, then ask about it here.</source>
        <translation>Ajoutez une couche raster au projet, puis posez ici vos questions.</translation>
    </message>
    <message>
        <source>UniRS runs on this computer. Set up its runtime once to begin.</source>
        <translation>UniRS s’exécute sur cet ordinateur. Installez une fois son environnement d’exécution pour commencer.</translation>
    </message>
    <message>
        <source>Setting up the runtime…</source>
        <translation>Installation de l’environnement d’exécution…</translation>
    </message>
    <message>
        <source>Loading the model…</source>
        <translation>Chargement du modèle…</translation>
    </message>
    <message>
        <source>Ready</source>
        <translation>Prêt</translation>
    </message>
    <message>
        <source>Answering…</source>
        <translation>Réponse en cours…</translation>
    </message>
    <message>
        <source>Stopped</source>
        <translation>Arrêté</translation>
    </message>
    <message>
        <source>The worker has ended. The next question starts it again.</source>
        <translation>Le processus de calcul s’est terminé. La prochaine question le relancera.</translation>
    </message>
    <message>
        <source>There is no network, so the runtime cannot be set up from it. Choose a folder to set up from in the options, or try again later.</source>
        <translation>Il n’y a pas de réseau depuis lequel installer l’environnement d’exécution. Choisissez dans les options un dossier depuis lequel installer, ou réessayez plus tard.</translation>
    </message>
</context>
<context>
    <name>Entry</name>
    <message>
        <source>follow-up</source>
        <translation>suite</translation>
    </message>
    <message>
        <source>stopped</source>
        <translation>arrêtée</translation>
    </message>
    <message>
        <source>not sure</source>
        <translation>incertain</translation>
    </message>
    <message>
        <source>experimental</source>
        <translation>expérimental</translation>
    </message>
    <message>
        <source>checked</source>
        <translation>vérifiée</translation>
    </message>
    <message>
        <source>corrected</source>
        <translation>corrigée</translation>
    </message>
    <message>
        <source>Question</source>
        <translation>Question</translation>
    </message>
    <message>
        <source>Where</source>
        <translation>Où</translation>
    </message>
    <message>
        <source>When</source>
        <translation>Quand</translation>
    </message>
    <message>
        <source>Caption</source>
        <translation>Description</translation>
    </message>
    <message>
        <source>Description of change</source>
        <translation>Description du changement</translation>
    </message>
    <message>
        <source>Classification</source>
        <translation>Classification</translation>
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
        <translation>Montrer la carte des lieux</translation>
    </message>
    <message>
        <source>Zoom to the footprint</source>
        <translation>Zoomer sur le contour</translation>
    </message>
    <message>
        <source>Highlight the footprint</source>
        <translation>Mettre le contour en évidence</translation>
    </message>
    <message>
        <source>Ask again</source>
        <translation>Poser à nouveau</translation>
    </message>
    <message>
        <source>Continue the conversation</source>
        <translation>Continuer la conversation</translation>
    </message>
    <message>
        <source>Copy question and answer</source>
        <translation>Copier la question et la réponse</translation>
    </message>
    <message>
        <source>Show change map</source>
        <translation>Carte des changements</translation>
    </message>
    <message>
        <source>Report…</source>
        <translation>Rapport…</translation>
    </message>
    <message>
        <source>Delete…</source>
        <translation>Supprimer…</translation>
    </message>
</context>
<context>
    <name>ExportDialog</name>
    <message>
        <source>Export history</source>
        <translation>Exporter l’historique</translation>
    </message>
    <message>
        <source>{file} already exists. Replace it?</source>
        <translation>{file} existe déjà. Le remplacer&#xa0;?</translation>
    </message>
    <message>
        <source>Replace</source>
        <translation>Remplacer</translation>
    </message>
</context>
<context>
    <name>ExtentChooser</name>
    <message>
        <source>Map view</source>
        <translation>Vue de la carte</translation>
    </message>
    <message>
        <source>Drawn rectangle</source>
        <translation>Rectangle dessiné</translation>
    </message>
    <message>
        <source>Whole layer</source>
        <translation>Couche entière</translation>
    </message>
    <message>
        <source>Selected features</source>
        <translation>Entités sélectionnées</translation>
    </message>
    <message>
        <source>The part of the layer that the model reads</source>
        <translation>La partie de la couche que le modèle lit</translation>
    </message>
    <message>
        <source>Draw a rectangle on the map (Esc cancels)</source>
        <translation>Dessiner un rectangle sur la carte (Échap pour annuler)</translation>
    </message>
    <message>
        <source>No feature with an area is selected; select one, or choose another extent.</source>
        <translation>Aucune entité surfacique n’est sélectionnée&#xa0;; sélectionnez-en une, ou choisissez une autre emprise.</translation>
    </message>
    <message>
        <source>The layers do not overlap; choose others.</source>
        <translation>Les couches ne se recouvrent pas ; choisissez-en d’autres.</translation>
    </message>
    <message>
        <source>No layer is chosen; choose one, or the map view.</source>
        <translation>Aucune couche n’est choisie&#xa0;; choisissez-en une, ou la vue de la carte.</translation>
    </message>
    <message>
        <source>Extent</source>
        <translation>Emprise</translation>
    </message>
    <message>
        <source>Draw a rectangle</source>
        <translation>Dessiner un rectangle</translation>
    </message>
    <message>
        <source>{width} × {height}, {pixel} per pixel</source>
        <translation>{width} × {height}, {pixel} par pixel</translation>
    </message>
    <message>
        <source>This is very large: a pixel of the model covers {length}, and smaller things are lost. Zoom in, or ask tile by tile.</source>
        <translation>L’emprise est très grande&#xa0;: un pixel du modèle couvre {length}, ce qui est plus petit disparaît. Zoomez, ou interrogez tuile par tuile.</translation>
    </message>
    <message>
        <source>This is very large: a pixel of the model covers {count} × {count} pixels of the layer, and things smaller than {length} are lost. Zoom in, or ask tile by tile.</source>
        <translation>L’emprise est très grande&#xa0;: un pixel du modèle couvre {count} × {count} pixels de la couche, et ce qui est plus petit que {length} disparaît. Zoomez, ou interrogez tuile par tuile.</translation>
    </message>
    <message>
        <source>This is very small: a pixel of the model covers {length}; zoom out.</source>
        <translation>L’emprise est très petite&#xa0;: un pixel du modèle couvre {length}&#xa0;; dézoomez.</translation>
    </message>
    <message>
        <source>This is very small: the layer has only {count} pixels on the longer side; zoom out or draw a larger rectangle.</source>
        <translation>L’emprise est très petite&#xa0;: la couche n’a que {count} pixels sur le plus grand côté&#xa0;; dézoomez ou dessinez un rectangle plus grand.</translation>
    </message>
    <message>
        <source>{width} × {height} units, {pixel} units per pixel</source>
        <translation>{width} × {height} unités, {pixel} unités par pixel</translation>
    </message>
    <message>
        <source>No rectangle is drawn yet; draw one on the map.</source>
        <translation>Aucun rectangle n’est encore dessiné&#xa0;; dessinez-en un sur la carte.</translation>
    </message>
</context>
<context>
    <name>FindController</name>
    <message>
        <source>Searching the index of tiles…</source>
        <translation>Recherche dans l&apos;index de tuiles…</translation>
    </message>
    <message>
        <source>{found} of {searched} tiles, the best one first.</source>
        <translation>{found} tuiles sur {searched}, la meilleure en premier.</translation>
    </message>
    <message>
        <source>The rasters of {count} tiles are gone: only what the index stores about them was compared.</source>
        <translation>Les rasters de {count} tuiles ne sont plus là : seul ce que l’index contient sur elles a été comparé.</translation>
    </message>
</context>
<context>
    <name>Fold</name>
    <message>
        <source>{heading}, expanded</source>
        <translation>{heading}, déplié</translation>
    </message>
    <message>
        <source>{heading}, collapsed</source>
        <translation>{heading}, replié</translation>
    </message>
</context>
<context>
    <name>Footprints</name>
    <message>
        <source>This footprint is outside of the map&apos;s CRS; choose another project CRS.</source>
        <translation>Cette emprise est hors du SCR de la carte ; choisissez un autre SCR de projet.</translation>
    </message>
    <message>
        <source>This entry has no footprint that can be shown on the map.</source>
        <translation>Cette entrée n’a pas d’emprise qui puisse être montrée sur la carte.</translation>
    </message>
</context>
<context>
    <name>FoundView</name>
    <message>
        <source>Tiles that were found, the best one first</source>
        <translation>Tuiles trouvées, la meilleure en premier</translation>
    </message>
</context>
<context>
    <name>History</name>
    <message>
        <source>another window of QGIS has locked it</source>
        <translation>une autre fenêtre de QGIS l’a verrouillé</translation>
    </message>
    <message>
        <source>its folder is read-only</source>
        <translation>son dossier est en lecture seule</translation>
    </message>
    <message>
        <source>the GeoPackage holds something else</source>
        <translation>le GeoPackage contient autre chose</translation>
    </message>
    <message>
        <source>The history {file} cannot be read or written: {reason}. Fix that, or choose another location under Settings ▸ Options ▸ UniRS.</source>
        <translation>L’historique {file} ne peut pas être lu ou écrit : {reason}. Corrigez cela, ou choisissez un autre emplacement sous Préférences ▸ Options ▸ UniRS.</translation>
    </message>
    <message>
        <source>The history {file} is damaged.</source>
        <translation>L’historique {file} est endommagé.</translation>
    </message>
    <message>
        <source>the disk is full</source>
        <translation>le disque est plein</translation>
    </message>
    <message>
        <source>it is read-only</source>
        <translation>il est en lecture seule</translation>
    </message>
    <message>
        <source>another program has locked it</source>
        <translation>un autre programme l’a verrouillé</translation>
    </message>
    <message>
        <source>its file cannot be opened</source>
        <translation>son fichier ne peut pas être ouvert</translation>
    </message>
    <message>
        <source>Export the history of UniRS</source>
        <translation>Exporter l’historique d’UniRS</translation>
    </message>
    <message>
        <source>The history cannot be exported to {file}: {reason}. Choose another file or folder.</source>
        <translation>L’historique ne peut pas être exporté vers {file}&#xa0;: {reason}. Choisissez un autre fichier ou dossier.</translation>
    </message>
    <message>
        <source>Identifier</source>
        <translation>Identifiant</translation>
    </message>
    <message>
        <source>Asked at (UTC)</source>
        <translation>Demandé le (UTC)</translation>
    </message>
    <message>
        <source>Task</source>
        <translation>Tâche</translation>
    </message>
    <message>
        <source>Kind of input</source>
        <translation>Type d’entrée</translation>
    </message>
    <message>
        <source>Question</source>
        <translation>Question</translation>
    </message>
    <message>
        <source>Follows the entry</source>
        <translation>Suit l’entrée</translation>
    </message>
    <message>
        <source>Review</source>
        <translation>Vérification</translation>
    </message>
    <message>
        <source>Correction</source>
        <translation>Correction</translation>
    </message>
    <message>
        <source>Answer</source>
        <translation>Réponse</translation>
    </message>
    <message>
        <source>Clue</source>
        <translation>Indice</translation>
    </message>
    <message>
        <source>Options</source>
        <translation>Choix</translation>
    </message>
    <message>
        <source>Layers</source>
        <translation>Couches</translation>
    </message>
    <message>
        <source>Dates</source>
        <translation>Dates</translation>
    </message>
    <message>
        <source>Sources</source>
        <translation>Sources</translation>
    </message>
    <message>
        <source>Engine</source>
        <translation>Moteur</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>Modèle</translation>
    </message>
    <message>
        <source>Digest of the model</source>
        <translation>Empreinte du modèle</translation>
    </message>
    <message>
        <source>Images were sent to</source>
        <translation>Images envoyées à</translation>
    </message>
    <message>
        <source>Earlier turns that the model read</source>
        <translation>Échanges précédents lus par le modèle</translation>
    </message>
    <message>
        <source>Frames left out</source>
        <translation>Images omises</translation>
    </message>
    <message>
        <source>Demonstration model</source>
        <translation>Modèle de démonstration</translation>
    </message>
    <message>
        <source>Answered by the base model</source>
        <translation>Répondu par le modèle de base</translation>
    </message>
    <message>
        <source>Device</source>
        <translation>Périphérique</translation>
    </message>
    <message>
        <source>Seconds</source>
        <translation>Secondes</translation>
    </message>
    <message>
        <source>Stopped</source>
        <translation>Arrêtée</translation>
    </message>
    <message>
        <source>Views</source>
        <translation>Vues</translation>
    </message>
    <message>
        <source>Confidence</source>
        <translation>Confiance</translation>
    </message>
    <message>
        <source>Agreement of the views</source>
        <translation>Concordance des vues</translation>
    </message>
    <message>
        <source>Not sure</source>
        <translation>Incertain</translation>
    </message>
    <message>
        <source>Acquisition dates</source>
        <translation>Dates d’acquisition</translation>
    </message>
    <message>
        <source>Warnings about the images</source>
        <translation>Avertissements sur les images</translation>
    </message>
    <message>
        <source>Probability of yes at each date</source>
        <translation>Probabilité de oui à chaque date</translation>
    </message>
    <message>
        <source>Footprint (WKT)</source>
        <translation>Contour (WKT)</translation>
    </message>
    <message>
        <source>CRS of the footprint</source>
        <translation>SCR du contour</translation>
    </message>
    <message>
        <source>UniRS answers</source>
        <translation>Réponses UniRS</translation>
    </message>
    <message>
        <source>There is no layer to add yet: the history {file} has no answers.</source>
        <translation>Il n’y a pas encore de couche à ajouter&#xa0;: l’historique {file} ne contient aucune réponse.</translation>
    </message>
    <message>
        <source>Internal error of the history: {error}. See the log, tab UniRS.</source>
        <translation>Erreur interne de l’historique : {error}. Voir le journal, onglet UniRS.</translation>
    </message>
    <message>
        <source>Answers that were edited by hand and cannot be shown: {count} of the history {file}.</source>
        <translation>Réponses modifiées à la main qui ne peuvent pas être montrées&#xa0;: {count} dans l’historique {file}.</translation>
    </message>
    <message>
        <source>{reason} New answers are in memory only; UniRS keeps trying to write them.</source>
        <translation>{reason} Les nouvelles réponses ne sont qu’en mémoire ; UniRS continue d’essayer de les écrire.</translation>
    </message>
    <message>
        <source>The history {file} was damaged. It is kept as {aside}; answers recovered into a new history: {count}.</source>
        <translation>L’historique {file} était endommagé. Il est conservé sous le nom {aside} ; réponses récupérées dans un nouvel historique : {count}.</translation>
    </message>
</context>
<context>
    <name>HistoryController</name>
    <message>
        <source>The history was written to {file}.</source>
        <translation>L’historique a été écrit dans {file}.</translation>
    </message>
    <message>
        <source>The layer “{layer}” is not in this project; add it to see it.</source>
        <translation>La couche « {layer} » n’est pas dans ce projet ; ajoutez-la pour la voir.</translation>
    </message>
    <message>
        <source>The layer “{layer}” is not in this project; add it to ask again.</source>
        <translation>La couche «&#xa0;{layer}&#xa0;» n’est pas dans ce projet&#xa0;; ajoutez-la pour poser à nouveau la question.</translation>
    </message>
    <message>
        <source>The change map cannot be kept in {folder}: {reason}.</source>
        <translation>La carte des changements ne peut pas être conservée dans {folder}&#xa0;: {reason}.</translation>
    </message>
    <message>
        <source>There is no answer to report yet; ask a question first.</source>
        <translation>Il n’y a pas encore de réponse pour un rapport ; posez d’abord une question.</translation>
    </message>
    <message>
        <source>Write report</source>
        <translation>Écrire le rapport</translation>
    </message>
    <message>
        <source>The report was written to {file}.</source>
        <translation>Le rapport a été écrit dans {file}.</translation>
    </message>
    <message>
        <source>GeoPackage</source>
        <translation>GeoPackage</translation>
    </message>
    <message>
        <source>{file} is the history itself; choose another file.</source>
        <translation>{file} est l’historique lui-même&#xa0;; choisissez un autre fichier.</translation>
    </message>
</context>
<context>
    <name>HistoryList</name>
    <message>
        <source>History of questions and answers, newest first</source>
        <translation>Historique des questions et réponses, les plus récentes d’abord</translation>
    </message>
</context>
<context>
    <name>HistoryModel</name>
    <message>
        <source>Today</source>
        <translation>Aujourd’hui</translation>
    </message>
    <message>
        <source>Yesterday</source>
        <translation>Hier</translation>
    </message>
</context>
<context>
    <name>HistoryView</name>
    <message>
        <source>Search; Enter finds tiles</source>
        <translation>Chercher ; Entrée trouve des tuiles</translation>
    </message>
    <message>
        <source>Search the history</source>
        <translation>Chercher dans l’historique</translation>
    </message>
    <message>
        <source>Questions and their answers are kept here, the newest first.</source>
        <translation>Les questions et leurs réponses sont conservées ici, les plus récentes d’abord.</translation>
    </message>
    <message>
        <source>No answer contains all of these words.</source>
        <translation>Aucune réponse ne contient tous ces mots.</translation>
    </message>
    <message>
        <source>Delete from the history</source>
        <translation>Supprimer de l’historique</translation>
    </message>
    <message>
        <source>Delete this question and its answer from the history?</source>
        <translation>Supprimer cette question et sa réponse de l’historique&#xa0;?</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>Supprimer</translation>
    </message>
</context>
<context>
    <name>InputController</name>
    <message>
        <source>None of the raster layers in this project can be read; repair their sources, or add another layer.</source>
        <translation>Aucune couche raster de ce projet ne peut être lue&#xa0;; réparez leurs sources, ou ajoutez une autre couche.</translation>
    </message>
    <message>
        <source>No raster layer is chosen; add one to the project.</source>
        <translation>Aucune couche raster n’est choisie&#xa0;; ajoutez-en une au projet.</translation>
    </message>
    <message>
        <source>A pair needs two raster layers; choose a second layer.</source>
        <translation>Une paire demande deux couches raster&#xa0;; choisissez une deuxième couche.</translation>
    </message>
    <message>
        <source>Both dates are the layer “{layer}”; choose a second layer.</source>
        <translation>Les deux dates sont la couche «&#xa0;{layer}&#xa0;»&#xa0;; choisissez une deuxième couche.</translation>
    </message>
    <message>
        <source>The layer “{layer}” cannot be read; repair its source, or choose another.</source>
        <translation>La couche «&#xa0;{layer}&#xa0;» ne peut pas être lue&#xa0;; réparez sa source ou choisissez-en une autre.</translation>
    </message>
    <message>
        <source>A series needs three layers or more, or a video file.</source>
        <translation>Une série demande trois couches ou plus, ou un fichier vidéo.</translation>
    </message>
</context>
<context>
    <name>InputPanel</name>
    <message>
        <source>Date of acquisition</source>
        <translation>Date d’acquisition</translation>
    </message>
    <message>
        <source>Date of acquisition of the later layer</source>
        <translation>Date d’acquisition de la couche la plus récente</translation>
    </message>
    <message>
        <source>Swap before and after</source>
        <translation>Échanger avant et après</translation>
    </message>
    <message>
        <source>After</source>
        <translation>Après</translation>
    </message>
    <message>
        <source>Pixel size and size of the crop on the ground</source>
        <translation>Taille du pixel et taille de l’extrait au sol</translation>
    </message>
    <message>
        <source>Input</source>
        <translation>Entrée</translation>
    </message>
    <message>
        <source>Later layer</source>
        <translation>Couche la plus récente</translation>
    </message>
    <message>
        <source>Extent</source>
        <translation>Emprise</translation>
    </message>
    <message>
        <source>Ask tile by tile…</source>
        <translation>Interroger tuile par tuile…</translation>
    </message>
    <message>
        <source>Source of the series</source>
        <translation>Source de la série</translation>
    </message>
    <message>
        <source>Dated layers</source>
        <translation>Couches datées</translation>
    </message>
    <message>
        <source>Video file</source>
        <translation>Fichier vidéo</translation>
    </message>
    <message>
        <source>Add this layer to the series</source>
        <translation>Ajouter cette couche à la série</translation>
    </message>
    <message>
        <source>Add this layer</source>
        <translation>Ajouter cette couche</translation>
    </message>
    <message>
        <source>Add all visible raster layers</source>
        <translation>Ajouter toutes les couches raster visibles</translation>
    </message>
    <message>
        <source>Image</source>
        <translation>Image</translation>
    </message>
    <message>
        <source>Ask about one layer</source>
        <translation>Interroger une couche</translation>
    </message>
    <message>
        <source>Pair</source>
        <translation>Paire</translation>
    </message>
    <message>
        <source>Compare two dates, before and after</source>
        <translation>Comparer deux dates, avant et après</translation>
    </message>
    <message>
        <source>Series</source>
        <translation>Série</translation>
    </message>
    <message>
        <source>Ask about three or more dates, or a video file</source>
        <translation>Interroger trois dates ou plus, ou un fichier vidéo</translation>
    </message>
    <message>
        <source>Layer</source>
        <translation>Couche</translation>
    </message>
    <message>
        <source>Before</source>
        <translation>Avant</translation>
    </message>
    <message>
        <source>Layer to add</source>
        <translation>Couche à ajouter</translation>
    </message>
</context>
<context>
    <name>LayerMenu</name>
    <message>
        <source>Show as</source>
        <translation>Afficher en</translation>
    </message>
    <message>
        <source>Caption visible extent</source>
        <translation>Décrire l’emprise visible</translation>
    </message>
    <message>
        <source>Ask about these two layers…</source>
        <translation>Interroger ces deux couches…</translation>
    </message>
    <message>
        <source>Ask about these layers as a series…</source>
        <translation>Interroger ces couches comme une série…</translation>
    </message>
    <message>
        <source>Ask about this layer…</source>
        <translation>Interroger cette couche…</translation>
    </message>
    <message>
        <source>Describe change between layers</source>
        <translation>Décrire le changement entre les couches</translation>
    </message>
    <message>
        <source>Describe change between layers (select two)</source>
        <translation>Décrire le changement entre les couches (en sélectionner deux)</translation>
    </message>
    <message>
        <source>Add to series</source>
        <translation>Ajouter à la série</translation>
    </message>
    <message>
        <source>Add layers to series</source>
        <translation>Ajouter les couches à la série</translation>
    </message>
    <message>
        <source>True colours</source>
        <translation>Couleurs naturelles</translation>
    </message>
    <message>
        <source>False colours (near infrared, red, green)</source>
        <translation>Fausses couleurs (proche infrarouge, rouge, vert)</translation>
    </message>
    <message>
        <source>Agriculture (short-wave infrared, near infrared, blue)</source>
        <translation>Agriculture (infrarouge à ondes courtes, proche infrarouge, bleu)</translation>
    </message>
    <message>
        <source>Short-wave infrared, near infrared, red</source>
        <translation>Infrarouge à ondes courtes, proche infrarouge, rouge</translation>
    </message>
    <message>
        <source>Urban (short-wave infrared, red)</source>
        <translation>Urbain (infrarouge à ondes courtes, rouge)</translation>
    </message>
    <message>
        <source>Thermal</source>
        <translation>Thermique</translation>
    </message>
    <message>
        <source>Radar picture…</source>
        <translation>Image radar…</translation>
    </message>
    <message>
        <source>What the bands show is not known.</source>
        <translation>Ce que montrent les bandes n&apos;est pas connu.</translation>
    </message>
</context>
<context>
    <name>Layers</name>
    <message>
        <source>Not all dates are known; check that the earlier layer comes first.</source>
        <translation>Toutes les dates ne sont pas connues&#xa0;; vérifiez que la couche la plus ancienne vient en premier.</translation>
    </message>
    <message>
        <source>Some dates are known too roughly to order them; check that the earlier layer comes first.</source>
        <translation>Certaines dates sont connues trop approximativement pour être ordonnées ; vérifiez que la couche la plus ancienne vient en premier.</translation>
    </message>
    <message>
        <source>The later date comes first; swap the layers or correct the dates.</source>
        <translation>La date la plus récente vient en premier&#xa0;; échangez les couches ou corrigez les dates.</translation>
    </message>
    <message>
        <source>Some dates are the same; correct them, or choose layers of different dates.</source>
        <translation>Certaines dates sont identiques&#xa0;; corrigez-les, ou choisissez des couches de dates différentes.</translation>
    </message>
    <message>
        <source>“{layer}” is hidden on the map; the model still reads it.</source>
        <translation>« {layer} » est masquée sur la carte ; le modèle la lit tout de même.</translation>
    </message>
    <message>
        <source>“{cover}” covers “{layer}” on the map; the model reads “{layer}”.</source>
        <translation>« {cover} » recouvre « {layer} » sur la carte ; le modèle lit « {layer} ».</translation>
    </message>
</context>
<context>
    <name>ModelManager</name>
    <message>
        <source>Listing models</source>
        <translation>Liste des modèles</translation>
    </message>
    <message>
        <source>Looking up the model</source>
        <translation>Recherche du modèle</translation>
    </message>
    <message>
        <source>Downloading a model for UniRS</source>
        <translation>Téléchargement d’un modèle pour UniRS</translation>
    </message>
    <message>
        <source>Converting a model for UniRS</source>
        <translation>Conversion d’un modèle pour UniRS</translation>
    </message>
    <message>
        <source>Removing a model</source>
        <translation>Suppression d’un modèle</translation>
    </message>
    <message>
        <source>Set up the runtime first.</source>
        <translation>Installez d’abord l’environnement d’exécution.</translation>
    </message>
</context>
<context>
    <name>ModelTransfers</name>
    <message>
        <source>Converting…</source>
        <translation>Conversion…</translation>
    </message>
    <message>
        <source>{source} has to be converted before it can answer. The model folder will be {target}; it needs about as much space as the checkpoint.</source>
        <translation>{source} doit être converti avant de pouvoir répondre. Le dossier de modèle sera {target}&#xa0;; il prend à peu près autant de place que le point de contrôle.</translation>
    </message>
    <message>
        <source>Convert</source>
        <translation>Convertir</translation>
    </message>
    <message>
        <source>Removing…</source>
        <translation>Suppression…</translation>
    </message>
    <message>
        <source>Delete {name} ({size}) from this computer?</source>
        <translation>Supprimer {name} ({size}) de cet ordinateur&#xa0;?</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>Supprimer</translation>
    </message>
    <message>
        <source>A model is being downloaded or converted…</source>
        <translation>Un modèle est en cours de téléchargement ou de conversion…</translation>
    </message>
    <message>
        <source>owner/model on the hub</source>
        <translation>propriétaire/modèle sur le hub</translation>
    </message>
    <message>
        <source>Download…</source>
        <translation>Télécharger…</translation>
    </message>
    <message>
        <source>Shows the size first</source>
        <translation>Montre d’abord la taille</translation>
    </message>
    <message>
        <source>Download by name</source>
        <translation>Télécharger par nom</translation>
    </message>
    <message>
        <source>Getting the size…</source>
        <translation>Demande de la taille…</translation>
    </message>
    <message>
        <source>not stated</source>
        <translation>non indiquée</translation>
    </message>
    <message>
        <source>{repository} is {size}, but only {free} are free on the disk; free some space and try again.</source>
        <translation>{repository} fait {size}, mais seuls {free} sont libres sur le disque&#xa0;; libérez de la place et réessayez.</translation>
    </message>
    <message>
        <source>{repository} is {size} (licence: {licence}; free: {free}).</source>
        <translation>{repository} fait {size} (licence&#xa0;: {licence}&#xa0;; libre&#xa0;: {free}).</translation>
    </message>
    <message>
        <source>{rest} of it is still to be downloaded.</source>
        <translation>Il en reste {rest} à télécharger.</translation>
    </message>
    <message>
        <source>It has to be converted afterwards.</source>
        <translation>Il devra ensuite être converti.</translation>
    </message>
    <message>
        <source>Downloading…</source>
        <translation>Téléchargement…</translation>
    </message>
    <message>
        <source>Download {rest}</source>
        <translation>Télécharger {rest}</translation>
    </message>
    <message>
        <source>Converting: {stage}…</source>
        <translation>Conversion&#xa0;: {stage}…</translation>
    </message>
    <message>
        <source>Downloading: {done} of {total}, {speed} a second, {left}</source>
        <translation>Téléchargement&#xa0;: {done} sur {total}, {speed} par seconde, {left}</translation>
    </message>
    <message>
        <source>Downloading: {done} of {total}</source>
        <translation>Téléchargement&#xa0;: {done} sur {total}</translation>
    </message>
    <message>
        <source>The model has been downloaded.</source>
        <translation>Le modèle a été téléchargé.</translation>
    </message>
    <message>
        <source>{name} can be chosen now.</source>
        <translation>{name} peut maintenant être choisi.</translation>
    </message>
    <message>
        <source>{name} has been removed.</source>
        <translation>{name} a été supprimé.</translation>
    </message>
    <message>
        <source>Stopped. Partial files are kept.</source>
        <translation>Arrêté. Les fichiers partiels sont conservés.</translation>
    </message>
</context>
<context>
    <name>Models</name>
    <message>
        <source>The runtime cannot be started ({reason}); repair it.</source>
        <translation>L’environnement d’exécution ne peut pas être lancé ({reason})&#xa0;; réparez-le.</translation>
    </message>
    <message>
        <source>The runtime&apos;s answer cannot be understood; repair the runtime.</source>
        <translation>La réponse de l’environnement d’exécution est incompréhensible&#xa0;; réparez-le.</translation>
    </message>
    <message>
        <source>Nothing was sent: {host} is another computer, to which you have not let images be sent. Choose its model in Settings ▸ Options ▸ UniRS to do so.</source>
        <translation>Rien n’a été envoyé&#xa0;: {host} est un autre ordinateur, auquel vous n’avez pas autorisé l’envoi d’images. Choisissez son modèle dans Préférences ▸ Options ▸ UniRS pour le faire.</translation>
    </message>
    <message>
        <source>The server&apos;s key cannot be read from QGIS&apos;s authentication store. Enter its master password when QGIS asks for it, or choose the key again in Settings ▸ Options ▸ UniRS.</source>
        <translation>La clé du serveur ne peut pas être lue dans les authentifications de QGIS. Saisissez leur mot de passe principal quand QGIS le demande, ou choisissez de nouveau la clé dans Préférences ▸ Options ▸ UniRS.</translation>
    </message>
    <message>
        <source>The authentication “{name}” holds no key for a server: make one with an API header, or with the key as password and no user.</source>
        <translation>L’authentification «&#xa0;{name}&#xa0;» ne contient pas de clé pour un serveur&#xa0;: créez-en une avec un en-tête d’API, ou avec la clé comme mot de passe et sans utilisateur.</translation>
    </message>
    <message>
        <source>A server is named by its address and a model, such as server:http://localhost:11434/v1#qwen2.5vl.</source>
        <translation>Un serveur est désigné par son adresse et un modèle, par exemple server:http://localhost:11434/v1#qwen2.5vl.</translation>
    </message>
    <message>
        <source>Leave user, password and key out of the address: keys belong in QGIS&apos;s authentication store, below under Servers.</source>
        <translation>N’écrivez ni utilisateur, ni mot de passe, ni clé dans l’adresse&#xa0;: les clés vont dans les authentifications de QGIS, plus bas sous «&#xa0;Serveurs&#xa0;».</translation>
    </message>
</context>
<context>
    <name>ModelsGroup</name>
    <message>
        <source>Models</source>
        <translation>Modèles</translation>
    </message>
    <message>
        <source>Asking the servers of this computer…</source>
        <translation>Interrogation des serveurs de cet ordinateur…</translation>
    </message>
    <message>
        <source>Find servers on this computer</source>
        <translation>Chercher les serveurs de cet ordinateur</translation>
    </message>
    <message>
        <source>Asks the ports of this computer on which Ollama, LM Studio, llama.cpp and vLLM listen; nothing is asked before</source>
        <translation>Interroge les ports de cet ordinateur qu’utilisent Ollama, LM Studio, llama.cpp et vLLM&#xa0;; rien n’est interrogé avant</translation>
    </message>
    <message>
        <source>Add folder…</source>
        <translation>Ajouter un dossier…</translation>
    </message>
    <message>
        <source>Remove…</source>
        <translation>Supprimer…</translation>
    </message>
    <message>
        <source>The server lists no model that reads images.</source>
        <translation>Le serveur ne liste aucun modèle qui lise des images.</translation>
    </message>
    <message>
        <source>Download…</source>
        <translation>Télécharger…</translation>
    </message>
    <message>
        <source>Resume download…</source>
        <translation>Reprendre le téléchargement…</translation>
    </message>
    <message>
        <source>Convert…</source>
        <translation>Convertir…</translation>
    </message>
    <message>
        <source>Servers: {servers}. Models in the list: {models}.</source>
        <translation>Serveurs&#xa0;: {servers}. Modèles dans la liste&#xa0;: {models}.</translation>
    </message>
    <message>
        <source>No server answered on this computer. Start Ollama, LM Studio, llama.cpp or vLLM, or add a model by the address of its server.</source>
        <translation>Aucun serveur n’a répondu sur cet ordinateur. Démarrez Ollama, LM Studio, llama.cpp ou vLLM, ou ajoutez un modèle par l’adresse de son serveur.</translation>
    </message>
    <message>
        <source>{name} is no longer on this computer; {other} is chosen instead.</source>
        <translation>{name} n’est plus sur cet ordinateur&#xa0;; {other} est choisi à la place.</translation>
    </message>
    <message>
        <source>No images are sent to {host} before you allow it: choose the model again.</source>
        <translation>Aucune image n’est envoyée à {host} avant que vous ne l’autorisiez&#xa0;: choisissez de nouveau le modèle.</translation>
    </message>
    <message>
        <source>Asking {host} for its models…</source>
        <translation>Demande des modèles à {host}…</translation>
    </message>
    <message>
        <source>Model folder</source>
        <translation>Dossier de modèle</translation>
    </message>
    <message>
        <source>Add a model folder from elsewhere</source>
        <translation>Ajouter un dossier de modèle situé ailleurs</translation>
    </message>
    <message>
        <source>Convert a VILA-1.5 or an authors&apos; UniRS checkpoint to a model folder</source>
        <translation>Convertir un point de contrôle VILA-1.5 ou UniRS (des auteurs) en dossier de modèle</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>Modèle</translation>
    </message>
    <message>
        <source>Add by name</source>
        <translation>Ajouter par nom</translation>
    </message>
    <message>
        <source>Set up the runtime first: it lists and downloads models.</source>
        <translation>Installez d’abord l’environnement d’exécution : il liste et télécharge les modèles.</translation>
    </message>
    <message>
        <source>Checkpoint to convert</source>
        <translation>Point de contrôle à convertir</translation>
    </message>
</context>
<context>
    <name>ModelsView</name>
    <message>
        <source>Models</source>
        <translation>Modèles</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>Modèle</translation>
    </message>
    <message>
        <source>Engine</source>
        <translation>Moteur</translation>
    </message>
    <message>
        <source>Memory</source>
        <translation>Mémoire</translation>
    </message>
    <message>
        <source>On disk</source>
        <translation>Sur le disque</translation>
    </message>
    <message>
        <source>Use</source>
        <translation>Usage</translation>
    </message>
    <message>
        <source>Licence</source>
        <translation>Licence</translation>
    </message>
    <message>
        <source>Tried</source>
        <translation>Essayé</translation>
    </message>
    <message>
        <source>Memory that it needs on this computer, in the chosen precision</source>
        <translation>Mémoire dont il a besoin sur cet ordinateur, avec la précision choisie</translation>
    </message>
    <message>
        <source>Kind of use that the licence allows</source>
        <translation>Type d’usage que la licence permet</translation>
    </message>
    <message>
        <source>Whether UniRS was tried with it</source>
        <translation>Si UniRS a été essayé avec lui</translation>
    </message>
</context>
<context>
    <name>NameField</name>
    <message>
        <source>A model folder, hf:OWNER/NAME for a model that was downloaded from a hub, or server:URL#MODEL. An address of a server alone lists its models.</source>
        <translation>Un dossier de modèle, hf:OWNER/NAME pour un modèle téléchargé depuis un hub, ou server:URL#MODEL. L’adresse seule d’un serveur liste ses modèles.</translation>
    </message>
    <message>
        <source>Add</source>
        <translation>Ajouter</translation>
    </message>
</context>
<context>
    <name>OptionBars</name>
    <message>
        <source>Probability of each answer</source>
        <translation>Probabilité de chaque réponse</translation>
    </message>
</context>
<context>
    <name>Options</name>
    <message>
        <source>of an unknown version</source>
        <translation>de version inconnue</translation>
    </message>
    <message>
        <source>{model} on {host}</source>
        <translation>{model} sur {host}</translation>
    </message>
    <message>
        <source>{name} (experimental)</source>
        <translation>{name} (expérimental)</translation>
    </message>
    <message>
        <source>Server</source>
        <translation>Serveur</translation>
    </message>
    <message>
        <source>any use, also commercial</source>
        <translation>tout usage, même commercial</translation>
    </message>
    <message>
        <source>no commercial use</source>
        <translation>pas d’usage commercial</translation>
    </message>
    <message>
        <source>allowed use not known</source>
        <translation>usage permis inconnu</translation>
    </message>
    <message>
        <source>any</source>
        <translation>tout</translation>
    </message>
    <message>
        <source>non-commercial</source>
        <translation>non commercial</translation>
    </message>
    <message>
        <source>yes</source>
        <translation>oui</translation>
    </message>
    <message>
        <source>no</source>
        <translation>non</translation>
    </message>
    <message>
        <source>{name} reads no images, by the list of its server: choose another model.</source>
        <translation>{name} ne lit pas d’images d’après la liste de son serveur&#xa0;: choisissez un autre modèle.</translation>
    </message>
    <message>
        <source>{name} needs {need} of memory in {precision}; this computer has {memory}. It fits with another precision: {others}.</source>
        <translation>{name} demande {need} de mémoire en {precision}&#xa0;; cet ordinateur en a {memory}. Il tient avec une autre précision&#xa0;: {others}.</translation>
    </message>
    <message>
        <source>{name} needs {need} of memory in {precision}; this computer has {memory}. Choose a smaller model.</source>
        <translation>{name} demande {need} de mémoire en {precision}&#xa0;; cet ordinateur en a {memory}. Choisissez un modèle plus petit.</translation>
    </message>
    <message>
        <source>Licence: {licence} ({use}).</source>
        <translation>Licence&#xa0;: {licence} ({use}).</translation>
    </message>
    <message>
        <source>not stated</source>
        <translation>non indiquée</translation>
    </message>
    <message>
        <source>UniRS was tried with this model.</source>
        <translation>UniRS a été essayé avec ce modèle.</translation>
    </message>
    <message>
        <source>UniRS was not tried with this model.</source>
        <translation>UniRS n’a pas été essayé avec ce modèle.</translation>
    </message>
    <message>
        <source>It makes no change maps.</source>
        <translation>Il ne produit pas de cartes des changements.</translation>
    </message>
    <message>
        <source>Memory by precision: {list}.</source>
        <translation>Mémoire selon la précision&#xa0;: {list}.</translation>
    </message>
    <message>
        <source>Images leave this computer: they are sent to {host}.</source>
        <translation>Des images quittent cet ordinateur&#xa0;: elles sont envoyées à {host}.</translation>
    </message>
    <message>
        <source>Images stay on this computer.</source>
        <translation>Les images restent sur cet ordinateur.</translation>
    </message>
    <message>
        <source>{count} min left</source>
        <translation>encore {count} min</translation>
    </message>
    <message>
        <source>{count} s left</source>
        <translation>encore {count} s</translation>
    </message>
</context>
<context>
    <name>OverflowRow</name>
    <message>
        <source>More suggestions</source>
        <translation>Autres suggestions</translation>
    </message>
</context>
<context>
    <name>PairGuard</name>
    <message>
        <source>UniRS: comparing the two dates</source>
        <translation>UniRS&#xa0;: comparaison des deux dates</translation>
    </message>
</context>
<context>
    <name>Processing</name>
    <message>
        <source>One layer is an image, two are a pair of dates, more are a series; they are read in the order of their dates.</source>
        <translation>Une couche est une image, deux sont une paire de dates, davantage forment une série temporelle ; elles sont lues dans l&apos;ordre de leurs dates.</translation>
    </message>
    <message>
        <source>Without options the answer is free text. With options, such as yes,no, each of them gets a probability: the text is the most likely option, the column probability has its probability, and there is a column for each option (p_yes, p_no). Several views average these probabilities over turned and mirrored views of each tile: slower but more reliable.</source>
        <translation>Sans choix, la réponse est un texte libre. Avec des choix, comme yes,no, chacun reçoit une probabilité : le texte est le choix le plus probable, la colonne probability contient sa probabilité, et il y a une colonne pour chaque choix (p_yes, p_no). Plusieurs vues font la moyenne de ces probabilités sur des vues tournées et en miroir de chaque tuile : plus lent mais plus fiable.</translation>
    </message>
    <message>
        <source>Answer tiles</source>
        <translation>Interroger les tuiles</translation>
    </message>
    <message>
        <source>Asks one question about every tile of a raster layer, two dates or a series.</source>
        <translation>Pose une question sur chaque tuile d&apos;une couche raster, de deux dates ou d&apos;une série temporelle.</translation>
    </message>
    <message>
        <source>question,ask,answer,VQA,yes,no,probability,options,two dates,tiles,grid,raster,AI</source>
        <translation>question,demander,réponse,VQA,oui,non,probabilité,choix,deux dates,tuiles,grille,raster,IA</translation>
    </message>
    <message>
        <source>Options, comma-separated (free answer if empty)</source>
        <translation>Choix, séparés par des virgules (réponse libre si vide)</translation>
    </message>
    <message>
        <source>The question is empty; enter one.</source>
        <translation>La question est vide ; saisissez-en une.</translation>
    </message>
    <message>
        <source>Question</source>
        <translation>Question</translation>
    </message>
    <message>
        <source>Ask the imagery</source>
        <translation>Interroger l’imagerie</translation>
    </message>
    <message>
        <source>No temporary folder can be made for the crops ({reason}); free some space on its disk.</source>
        <translation>Aucun dossier temporaire ne peut être créé pour les extraits ({reason}) ; libérez de l’espace sur son disque.</translation>
    </message>
    <message>
        <source>{model} is experimental: check its answers.</source>
        <translation>{model} est expérimental : vérifiez ses réponses.</translation>
    </message>
    <message>
        <source>{reason} Set up the runtime in QGIS under Settings ▸ Options ▸ UniRS, or let the environment variable {variable} name the Python of an environment that has unirs.</source>
        <translation>{reason} Installez l’environnement d’exécution dans QGIS sous Préférences ▸ Options ▸ UniRS, ou indiquez dans la variable d’environnement {variable} le Python d’un environnement qui contient unirs.</translation>
    </message>
    <message>
        <source>Model (name, folder, hf:OWNER/NAME or server:URL#MODEL)</source>
        <translation>Modèle (nom, dossier, hf:OWNER/NAME ou server:URL#MODEL)</translation>
    </message>
    <message>
        <source>Precision (auto, float32, bfloat16, float16, int8, int4)</source>
        <translation>Précision (auto, float32, bfloat16, float16, int8, int4)</translation>
    </message>
    <message>
        <source>Device (auto, cpu, cuda…)</source>
        <translation>Périphérique (auto, cpu, cuda…)</translation>
    </message>
    <message>
        <source>Generate a clue first</source>
        <translation>Générer d’abord un indice</translation>
    </message>
    <message>
        <source>Maximum length of an answer, in tokens</source>
        <translation>Longueur maximale d’une réponse, en jetons</translation>
    </message>
    <message>
        <source>Align the later dates with the first one</source>
        <translation>Aligner les dates suivantes sur la première</translation>
    </message>
    <message>
        <source>Give the later dates the colours of the first one</source>
        <translation>Donner aux dates suivantes les couleurs de la première</translation>
    </message>
    <message>
        <source>Resume: keep the rows that the output has already</source>
        <translation>Reprendre&#xa0;: garder les lignes que la sortie contient déjà</translation>
    </message>
    <message>
        <source>Answer features</source>
        <translation>Interroger les entités</translation>
    </message>
    <message>
        <source>Asks one question about every polygon of a layer, or describes it, as new attributes of it.</source>
        <translation>Pose une question sur chaque polygone d&apos;une couche, ou le décrit, sous forme de nouveaux attributs.</translation>
    </message>
    <message>
        <source>question,ask,answer,verdict,yes,no,probability,damage,caption,describe,change,text,features,polygons,buildings,attributes,field,in place,edit,imagery,AI</source>
        <translation>question,demander,réponse,verdict,oui,non,probabilité,dommage,légende,décrire,changement,texte,entités,polygones,bâtiments,attributs,champ,sur place,modifier,imagerie,IA</translation>
    </message>
    <message>
        <source>Answered features</source>
        <translation>Entités avec réponses</translation>
    </message>
    <message>
        <source>The model gets the bounding box of each polygon, with a margin of context in percent of the box&apos;s width and height on each side. Of a feature with several parts it gets the box around all of them.</source>
        <translation>Le modèle reçoit le rectangle englobant de chaque polygone, avec une marge de contexte en pour cent de sa largeur et de sa hauteur de chaque côté. Pour une entité à plusieurs parties, c&apos;est le rectangle autour de toutes les parties.</translation>
    </message>
    <message>
        <source>With options, such as none,partly,destroyed, the answer is the most likely of them, and each has a column with its probability; without them it is free text. Two layers are two dates, more are a series. Without a question, one layer is described in words, and for two layers the change.</source>
        <translation>Avec des choix, tels que none,partly,destroyed, la réponse est le plus probable d&apos;entre eux et chacun a une probabilité dans une colonne à part ; sans choix, c&apos;est un texte libre. Deux couches sont deux dates, davantage forment une série temporelle. Sans question, une couche est décrite en mots, et pour deux couches ce qui a changé.</translation>
    </message>
    <message>
        <source>The output has the same features with the answers as new columns; a column of the same name is replaced, which a prefix avoids.</source>
        <translation>La sortie contient les mêmes entités avec les réponses en nouvelles colonnes ; une colonne du même nom est remplacée, ce qu&apos;un préfixe évite.</translation>
    </message>
    <message>
        <source>Into the layer itself: no output is made. The answers become attributes of the layer&apos;s own features, at the end of the run or when it is cancelled, as one step that can be undone. Its edits are left for you to save.</source>
        <translation>Dans la couche elle-même&#xa0;: aucune sortie n’est créée. Les réponses deviennent des attributs des entités de la couche, à la fin du traitement ou lors de son annulation, en une seule étape qui peut être annulée. L’enregistrement des modifications vous est laissé.</translation>
    </message>
    <message>
        <source>With a GeoPackage as output every row is saved at once, and another run with the same output continues where the last one ended.</source>
        <translation>Avec un GeoPackage en sortie, chaque ligne est conservée aussitôt, et un autre traitement avec la même sortie reprend là où le dernier s’est arrêté.</translation>
    </message>
    <message>
        <source>Question (a description if empty)</source>
        <translation>Question (une description si vide)</translation>
    </message>
    <message>
        <source>Polygon layer</source>
        <translation>Couche de polygones</translation>
    </message>
    <message>
        <source>Margin around each polygon, in percent of its size</source>
        <translation>Marge autour de chaque polygone, en pour cent de sa taille</translation>
    </message>
    <message>
        <source>A question is needed for options and for a series; enter one.</source>
        <translation>Des choix et une série temporelle demandent une question ; saisissez-en une.</translation>
    </message>
    <message>
        <source>The answers have no output; choose one, or the layer itself.</source>
        <translation>Les réponses n&apos;ont pas de sortie ; choisissez-en une, ou la couche elle-même.</translation>
    </message>
    <message>
        <source>Features longer than {pixels} pixels of the layer: {count}. The model gets them at a far coarser resolution; use Answer tiles with them as clip polygons.</source>
        <translation>Entités plus longues que {pixels} pixels de la couche : {count}. Le modèle les reçoit à une résolution bien plus grossière ; « Interroger les tuiles » les prend comme polygones de découpe.</translation>
    </message>
    <message>
        <source>Raster layer</source>
        <translation>Couche raster</translation>
    </message>
    <message>
        <source>Into the polygon layer itself, as one step to undo</source>
        <translation>Dans la couche de polygones elle-même, en une étape annulable</translation>
    </message>
    <message>
        <source>Prefix of new columns</source>
        <translation>Préfixe des nouvelles colonnes</translation>
    </message>
    <message>
        <source>Features: {count}.</source>
        <translation>Entités&#xa0;: {count}.</translation>
    </message>
    <message>
        <source>Feature {id}</source>
        <translation>Entité {id}</translation>
    </message>
    <message>
        <source>Caption tiles</source>
        <translation>Décrire les tuiles</translation>
    </message>
    <message>
        <source>Captioned tiles</source>
        <translation>Tuiles décrites</translation>
    </message>
    <message>
        <source>caption,describe,text,tiles,grid,raster,image,imagery,language model,AI</source>
        <translation>décrire,description,texte,tuiles,grille,raster,image,imagerie,modèle de langage,IA</translation>
    </message>
    <message>
        <source>Describes every tile of a raster layer in words.</source>
        <translation>Décrit en mots chaque tuile d’une couche raster.</translation>
    </message>
    <message>
        <source>Classify tiles</source>
        <translation>Classer les tuiles</translation>
    </message>
    <message>
        <source>Classified tiles</source>
        <translation>Tuiles classées</translation>
    </message>
    <message>
        <source>classify,classes,scene,event,land use,time series,probability,tiles,grid,raster,AI</source>
        <translation>classer,classes,scène,événement,occupation du sol,série temporelle,probabilité,tuiles,grille,raster,IA</translation>
    </message>
    <message>
        <source>With one layer the classes are those of the scene, such as rural,urban. Two or more layers are a series, in the order of their dates; its classes are events. If none are given, the model&apos;s own are used: 30 scenes, or the 25 events of the ERA data set. The text is the most likely class, the column probability has its probability, and there is a column for each class. A question of your own may replace the request to classify.</source>
        <translation>Avec une couche, les classes sont celles de la scène, comme rural,urban. Deux couches ou plus sont une série, dans l’ordre de leurs dates ; ses classes sont des événements. Sans indication, celles du modèle sont utilisées : 30 scènes, ou les 25 événements du jeu de données ERA. Le texte est la classe la plus probable, la colonne probability contient sa probabilité, et il y a une colonne pour chaque classe. Une question à vous peut remplacer la demande de classer.</translation>
    </message>
    <message>
        <source>Sorts every tile of a raster layer, or of a series of dates, into classes.</source>
        <translation>Range chaque tuile d’une couche raster, ou d’une série de dates, dans des classes.</translation>
    </message>
    <message>
        <source>Classes, comma-separated (those of the model if empty)</source>
        <translation>Classes, séparées par des virgules (celles du modèle si vide)</translation>
    </message>
    <message>
        <source>The run was cancelled before the model was loaded.</source>
        <translation>Le traitement a été annulé avant le chargement du modèle.</translation>
    </message>
    <message>
        <source>Raster layer, or layers of a series</source>
        <translation>Couche raster, ou couches d’une série</translation>
    </message>
    <message>
        <source>Question, instead of the request to classify</source>
        <translation>Question, à la place de la demande de classement</translation>
    </message>
    <message>
        <source>Describe change tiles</source>
        <translation>Décrire le changement des tuiles</translation>
    </message>
    <message>
        <source>Described change</source>
        <translation>Changement décrit</translation>
    </message>
    <message>
        <source>change,change detection,compare,before,after,two dates,caption,text,tiles,grid,AI</source>
        <translation>changement,détection de changements,comparer,avant,après,deux dates,description,texte,tuiles,grille,IA</translation>
    </message>
    <message>
        <source>With several views the probability of a change is averaged over turned and mirrored views of each tile: slower but more reliable. The text is that of the unturned view.</source>
        <translation>Avec plusieurs vues, la probabilité d’un changement est moyennée sur des vues tournées et en miroir de chaque tuile : plus lent mais plus fiable. Le texte est celui de la vue non tournée.</translation>
    </message>
    <message>
        <source>Describes in words what changed in every tile between two dates.</source>
        <translation>Décrit en mots ce qui a changé dans chaque tuile entre deux dates.</translation>
    </message>
    <message>
        <source>The column changed is yes or no, as the model scores it. Both layers are drawn on one grid, in the CRS of the layer before; they may differ in CRS and resolution.</source>
        <translation>La colonne changed vaut yes ou no, selon le score du modèle. Les deux couches sont dessinées sur une même grille, dans le SCR de la couche antérieure&#xa0;; leurs SCR et leurs résolutions peuvent différer.</translation>
    </message>
    <message>
        <source>The layer {layer} cannot be edited; choose an output instead of the layer itself.</source>
        <translation>La couche {layer} ne peut pas être modifiée&#xa0;; choisissez une sortie au lieu de la couche elle-même.</translation>
    </message>
    <message>
        <source>Answered tiles</source>
        <translation>Tuiles avec réponses</translation>
    </message>
    <message>
        <source>Raster layer before</source>
        <translation>Couche raster avant</translation>
    </message>
    <message>
        <source>Raster layer after</source>
        <translation>Couche raster après</translation>
    </message>
    <message>
        <source>The extent is covered by whole tiles of one size, row by row from its upper left corner. The model gets what the map shows: bands, stretch and transparency of the layer. Tiles with less than 5 % of data are skipped: their status is nodata. A tile that fails has the status failed and its error in the row.</source>
        <translation>L’emprise est couverte de tuiles entières de même taille, ligne par ligne à partir de son coin supérieur gauche. D’une tuile, le modèle voit ce que montre la carte&#xa0;: bandes, étirement et transparence de la couche. Les tuiles qui ont moins de 5&#xa0;% de données ne sont pas interrogées&#xa0;: leur statut est nodata. Une tuile qui échoue a le statut failed et son erreur dans la ligne.</translation>
    </message>
    <message>
        <source>With a GeoPackage as output every row is saved at once; run again with the same output to continue where a run ended. Existing rows stay, failed ones are repeated. A file of another format is written when the run ends or is cancelled.</source>
        <translation>Avec un GeoPackage en sortie, chaque ligne est enregistrée aussitôt, quoi qu’il arrive&#xa0;; relancez avec la même sortie pour reprendre là où une exécution s’est arrêtée. Les lignes présentes restent, celles en échec sont redemandées. Un fichier d’un autre format est écrit à la fin ou à l’annulation de l’exécution.</translation>
    </message>
    <message>
        <source>The clip polygons do not touch the extent; choose others, or leave them out.</source>
        <translation>Les polygones de découpe ne touchent pas l’emprise&#xa0;; choisissez-en d’autres, ou laissez-les de côté.</translation>
    </message>
    <message>
        <source>Tiles: {count}.</source>
        <translation>Tuiles&#xa0;: {count}.</translation>
    </message>
    <message>
        <source>The layer {layer} has no pixels of its own; give the tile size in map units.</source>
        <translation>La couche {layer} n’a pas de pixels propres&#xa0;; donnez la taille des tuiles en unités de carte.</translation>
    </message>
    <message>
        <source>The extent and the layers ({layers}) do not overlap; choose another extent.</source>
        <translation>L’emprise et les couches ({layers}) ne se recouvrent pas ; choisissez une autre emprise.</translation>
    </message>
    <message>
        <source>Extent</source>
        <translation>Emprise</translation>
    </message>
    <message>
        <source>One of the layers {first} and {second} has no CRS, so that their extents cannot be compared; set it in the layer&apos;s properties.</source>
        <translation>L’une des couches {first} et {second} n’a pas de SCR, de sorte que leurs emprises ne peuvent pas être comparées ; définissez-le dans les propriétés de la couche.</translation>
    </message>
    <message>
        <source>The layer {layer} cannot be transformed to the CRS {crs}; choose another layer.</source>
        <translation>La couche {layer} ne peut pas être transformée dans le SCR {crs} ; choisissez une autre couche.</translation>
    </message>
    <message>
        <source>Number of views of each image</source>
        <translation>Nombre de vues de chaque image</translation>
    </message>
    <message>
        <source>Tile size</source>
        <translation>Taille des tuiles</translation>
    </message>
    <message>
        <source>Unit of tile size and overlap</source>
        <translation>Unité de la taille des tuiles et du recouvrement</translation>
    </message>
    <message>
        <source>pixels of the layer</source>
        <translation>pixels de la couche</translation>
    </message>
    <message>
        <source>map units of the layer</source>
        <translation>unités de carte de la couche</translation>
    </message>
    <message>
        <source>Overlap of neighbours</source>
        <translation>Recouvrement des tuiles voisines</translation>
    </message>
    <message>
        <source>Extent (all of the layer if empty)</source>
        <translation>Emprise (toute la couche si vide)</translation>
    </message>
    <message>
        <source>Only tiles that touch these polygons</source>
        <translation>Seulement les tuiles qui touchent ces polygones</translation>
    </message>
    <message>
        <source>Tile {row}/{column}</source>
        <translation>Tuile {row}/{column}</translation>
    </message>
    <message>
        <source>The tile size must be greater than 0.</source>
        <translation>La taille des tuiles doit être supérieure à 0.</translation>
    </message>
    <message>
        <source>The overlap must be less than the tile size, and not negative.</source>
        <translation>Le recouvrement doit être inférieur à la taille des tuiles, et ne pas être négatif.</translation>
    </message>
    <message>
        <source>The extent is empty; choose another one.</source>
        <translation>L’emprise est vide&#xa0;; choisissez-en une autre.</translation>
    </message>
    <message>
        <source>There would be more than a million tiles; choose larger tiles or a smaller extent, and check the unit of the tile size.</source>
        <translation>Il y aurait plus d’un million de tuiles ; choisissez des tuiles plus grandes ou une emprise plus petite. Vérifiez l’unité de la taille des tuiles.</translation>
    </message>
    <message>
        <source>The options {options} leave no choice; name at least two, each once.</source>
        <translation>Les choix {options} n’en laissent aucun&#xa0;; nommez-en au moins deux, chacun une fois.</translation>
    </message>
    <message>
        <source>The feature has no geometry with an area in the CRS of the raster; fix it.</source>
        <translation>L&apos;entité n&apos;a pas de géométrie avec une surface dans le SCR du raster ; corrigez-la.</translation>
    </message>
    <message>
        <source>0 of {total}</source>
        <translation>0 sur {total}</translation>
    </message>
    <message>
        <source>{done} of {total}, {rate:.2f} a second, {left} left</source>
        <translation>{done} sur {total}, {rate:.2f} par seconde, encore {left}</translation>
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
        <translation>{done} sur {total} sont déjà dans la sortie.</translation>
    </message>
    <message>
        <source>Loading the model…</source>
        <translation>Chargement du modèle…</translation>
    </message>
    <message>
        <source>{file} holds rows about other extents than those of this run; choose another output, or switch resuming off to replace them.</source>
        <translation>{file} contient des lignes sur d’autres emprises que celles de ce traitement ; choisissez une autre sortie, ou désactivez la reprise pour les remplacer.</translation>
    </message>
    <message>
        <source>{file} holds a table of another kind; choose another output, or switch resuming off to replace it.</source>
        <translation>{file} contient une table d’une autre sorte&#xa0;; choisissez une autre sortie, ou désactivez la reprise pour la remplacer.</translation>
    </message>
    <message>
        <source>{file} exists and is no GeoPackage that can be opened; choose another output.</source>
        <translation>{file} existe et n’est pas un GeoPackage qui puisse être ouvert ; choisissez une autre sortie.</translation>
    </message>
    <message>
        <source>it cannot be opened after it was made</source>
        <translation>elle ne peut pas être ouverte après sa création</translation>
    </message>
    <message>
        <source>{file} cannot be written ({reason}); the rows so far are kept. Free some space or choose another output, and resume.</source>
        <translation>{file} ne peut pas être écrit ({reason})&#xa0;; les lignes obtenues sont conservées. Libérez de la place ou choisissez une autre sortie, et reprenez.</translation>
    </message>
    <message>
        <source>The output {file} cannot be made ({reason}); choose another one, or free some space.</source>
        <translation>La sortie {file} ne peut pas être créée ({reason})&#xa0;; choisissez-en une autre, ou libérez de l’espace.</translation>
    </message>
    <message>
        <source>changed</source>
        <translation>changé</translation>
    </message>
    <message>
        <source>unchanged</source>
        <translation>inchangé</translation>
    </message>
    <message>
        <source>no answer</source>
        <translation>pas de réponse</translation>
    </message>
    <message>
        <source>answered</source>
        <translation>avec réponse</translation>
    </message>
    <message>
        <source>no data</source>
        <translation>pas de données</translation>
    </message>
    <message>
        <source>failed</source>
        <translation>échec</translation>
    </message>
    <message>
        <source>The run was interrupted.</source>
        <translation>L&apos;exécution a été interrompue.</translation>
    </message>
    <message>
        <source>Finished rows are kept; with a GeoPackage as output the same run continues from there.</source>
        <translation>Les lignes terminées sont conservées&#xa0;; avec un GeoPackage en sortie, la même exécution reprend à cet endroit.</translation>
    </message>
    <message>
        <source>QGIS allows no | in its name</source>
        <translation>QGIS n’autorise pas de | dans son nom</translation>
    </message>
    <message>
        <source>{file} cannot be written ({reason}); the answers are kept in {kept}. Free some space and run again, or choose a GeoPackage as output.</source>
        <translation>{file} ne peut pas être écrit ({reason}) ; les réponses sont conservées dans {kept}. Libérez de l’espace et relancez, ou choisissez un GeoPackage en sortie.</translation>
    </message>
    <message>
        <source>Another run is writing to {file}; wait until it has ended, or choose another output.</source>
        <translation>Une autre exécution écrit dans {file}&#xa0;; attendez qu’elle soit terminée, ou choisissez une autre sortie.</translation>
    </message>
    <message>
        <source>its folder is read-only</source>
        <translation>son dossier est en lecture seule</translation>
    </message>
    <message>
        <source>there is no such folder</source>
        <translation>ce dossier n’existe pas</translation>
    </message>
    <message>
        <source>Answer</source>
        <translation>Réponse</translation>
    </message>
    <message>
        <source>Probability of each option (JSON)</source>
        <translation>Probabilité de chaque choix (JSON)</translation>
    </message>
    <message>
        <source>Model that answered</source>
        <translation>Modèle qui a répondu</translation>
    </message>
    <message>
        <source>Digest of the model</source>
        <translation>Empreinte du modèle</translation>
    </message>
    <message>
        <source>Engine</source>
        <translation>Moteur</translation>
    </message>
    <message>
        <source>Host that the images were sent to</source>
        <translation>Hôte auquel les images ont été envoyées</translation>
    </message>
    <message>
        <source>Footprint (WKT, in the layer&apos;s CRS)</source>
        <translation>Empreinte au sol (WKT, dans le SCR de la couche)</translation>
    </message>
    <message>
        <source>Acquisition dates (JSON)</source>
        <translation>Dates d’acquisition (JSON)</translation>
    </message>
    <message>
        <source>Confidence (0 to 1)</source>
        <translation>Confiance (0 à 1)</translation>
    </message>
    <message>
        <source>Whether anything has changed</source>
        <translation>Si quelque chose a changé</translation>
    </message>
    <message>
        <source>Whether the model is not sure</source>
        <translation>Si le modèle n’est pas sûr</translation>
    </message>
    <message>
        <source>Warnings about the images (JSON)</source>
        <translation>Avertissements sur les images (JSON)</translation>
    </message>
    <message>
        <source>The model gets one image of each layer: what the map shows of the extent, with the bands, stretch and transparency of the layer, made smaller to the size that the model reads. Use the algorithms on tiles for small things in a large extent.</source>
        <translation>Le modèle reçoit une image de chaque couche&#xa0;: ce que la carte montre de l’emprise, avec les bandes, l’étirement et la transparence de la couche, réduit à la taille que le modèle lit. Pour de petites choses dans une grande emprise, utilisez les algorithmes sur tuiles.</translation>
    </message>
    <message>
        <source>Nothing is written and no layer is added, except a change map that you ask for. Outputs are ANSWER, CONFIDENCE (0 to 1, of the option, the verdict or the text), PROBABILITIES (JSON, by option), UNSURE, CHANGED, MODEL_NAME, DIGEST, ENGINE, HOST (empty if the images stayed on this computer), FOOTPRINT, DATES and WARNINGS. A value that the model does not give is empty. A failure ends the run with its reason.</source>
        <translation>Rien n’est écrit et aucune couche n’est ajoutée, sauf une carte des changements que vous demandez. Les sorties sont ANSWER, CONFIDENCE (0 à 1, du choix, du verdict ou du texte), PROBABILITIES (JSON, par choix), UNSURE, CHANGED, MODEL_NAME, DIGEST, ENGINE, HOST (vide si les images sont restées sur cet ordinateur), FOOTPRINT, DATES et WARNINGS. Une valeur que le modèle ne donne pas est vide. Un échec termine l’exécution avec sa raison.</translation>
    </message>
    <message>
        <source>The output {file} would overwrite a layer that is asked about; choose another file.</source>
        <translation>La sortie {file} écraserait une couche interrogée&#xa0;; choisissez un autre fichier.</translation>
    </message>
    <message>
        <source>On the map of {layer} the extent lies at both ends, across 180 degrees; ask about one side at a time.</source>
        <translation>Sur la carte de {layer}, l’emprise se trouve aux deux bouts, de part et d’autre de 180 degrés&#xa0;; interrogez un côté à la fois.</translation>
    </message>
    <message>
        <source>Asking {model}…</source>
        <translation>Question posée à {model}…</translation>
    </message>
    <message>
        <source>The layer {layer} has no data in this extent; choose another extent.</source>
        <translation>La couche {layer} n’a pas de données dans cette emprise&#xa0;; choisissez une autre emprise.</translation>
    </message>
    <message>
        <source>One layer is an image, two are a pair of dates, more are a series; they are read in the order of their dates. Without options the answer is free text. With options, such as yes,no, the answer is the most likely one, and each has a probability.</source>
        <translation>Une couche est une image, deux sont une paire de dates, plus sont une série temporelle&#xa0;; elles sont lues dans l’ordre de leurs dates. Sans choix, la réponse est un texte libre. Avec des choix, tels que yes,no, la réponse est le plus probable, et chacun a une probabilité.</translation>
    </message>
    <message>
        <source>Ask</source>
        <translation>Interroger</translation>
    </message>
    <message>
        <source>Asks one question about an extent of a raster layer, two dates or a series.</source>
        <translation>Pose une question sur une emprise d’une couche raster, de deux dates ou d’une série temporelle.</translation>
    </message>
    <message>
        <source>question,ask,answer,VQA,yes,no,probability,options,raster,dates,series,agent,AI</source>
        <translation>question,interroger,réponse,VQA,oui,non,probabilité,choix,raster,dates,série,agent,IA</translation>
    </message>
    <message>
        <source>Raster layer, two dates, or layers of a series</source>
        <translation>Couche raster, deux dates, ou couches d’une série temporelle</translation>
    </message>
    <message>
        <source>ANSWER is a sentence, CHANGED the model&apos;s own verdict. The change map is a GeoTIFF of the probability of change in percent; only models of UniRS make one, and a run that asks another model for it fails. Both layers are drawn on one grid, in the CRS of the layer before; they may differ in CRS and resolution.</source>
        <translation>ANSWER est une phrase, CHANGED le verdict du modèle lui-même. La carte des changements est un GeoTIFF de la probabilité de changement en pour cent&#xa0;; seuls les modèles UniRS en font une, et une exécution qui la demande à un autre modèle échoue. Les deux couches sont dessinées sur une même grille, dans le SCR de la couche antérieure&#xa0;; leurs SCR et leurs résolutions peuvent différer.</translation>
    </message>
    <message>
        <source>With several views the verdict and the map are averaged over turned and mirrored views of the images: slower but more reliable.</source>
        <translation>Avec plusieurs vues, le verdict et la carte sont moyennés sur des vues tournées et en miroir des images&#xa0;: plus lent mais plus fiable.</translation>
    </message>
    <message>
        <source>Describe change</source>
        <translation>Décrire le changement</translation>
    </message>
    <message>
        <source>Describes in words what changed in an extent between two dates.</source>
        <translation>Décrit en mots ce qui a changé dans une emprise entre deux dates.</translation>
    </message>
    <message>
        <source>change,change detection,compare,before,after,two dates,caption,map,raster,agent,AI</source>
        <translation>changement,détection de changement,comparer,avant,après,deux dates,légende,carte,raster,agent,IA</translation>
    </message>
    <message>
        <source>Change map</source>
        <translation>Carte des changements</translation>
    </message>
    <message>
        <source>Status</source>
        <translation>État</translation>
    </message>
    <message>
        <source>Whether UniRS is set up, and which model answers on which device.</source>
        <translation>Si UniRS est installé, et quel modèle répond sur quel périphérique.</translation>
    </message>
    <message>
        <source>status,ready,set-up,version,model,engine,device,memory,agent,AI</source>
        <translation>état,prêt,installation,version,modèle,moteur,périphérique,mémoire,agent,IA</translation>
    </message>
    <message>
        <source>READY is true if questions can be answered, and MESSAGE states why not if it is false: this run does not fail. SET_UP is whether there is a runtime.</source>
        <translation>READY est vrai si les questions peuvent recevoir une réponse, et MESSAGE indique sinon pourquoi&#xa0;: cette exécution n’échoue pas. SET_UP indique s’il y a un environnement d’exécution.</translation>
    </message>
    <message>
        <source>The model is loaded (or its server asked), because only that shows that it works: ENGINE, DEVICE_USED, PRECISION_USED, MEMORY_BYTES (of its weights), DIGEST, HOST (empty if images stay on this computer) and CHANGE_MAPS come from it. Without that, the runtime alone is tried.</source>
        <translation>Le modèle est chargé (ou son serveur interrogé), car cela seul montre qu’il fonctionne&#xa0;: ENGINE, DEVICE_USED, PRECISION_USED, MEMORY_BYTES (de ses poids), DIGEST, HOST (vide si les images restent sur cet ordinateur) et CHANGE_MAPS en viennent. Sinon, seul l’environnement d’exécution est essayé.</translation>
    </message>
    <message>
        <source>Load the model</source>
        <translation>Charger le modèle</translation>
    </message>
    <message>
        <source>Whether questions can be answered</source>
        <translation>Si les questions peuvent recevoir une réponse</translation>
    </message>
    <message>
        <source>Whether the runtime is set up</source>
        <translation>Si l’environnement d’exécution est installé</translation>
    </message>
    <message>
        <source>Whether the model makes change maps</source>
        <translation>Si le modèle fait des cartes des changements</translation>
    </message>
    <message>
        <source>State, in a sentence</source>
        <translation>État, en une phrase</translation>
    </message>
    <message>
        <source>Version of the runtime</source>
        <translation>Version de l’environnement d’exécution</translation>
    </message>
    <message>
        <source>Python of the runtime</source>
        <translation>Python de l’environnement d’exécution</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>Modèle</translation>
    </message>
    <message>
        <source>Device</source>
        <translation>Périphérique</translation>
    </message>
    <message>
        <source>Precision</source>
        <translation>Précision</translation>
    </message>
    <message>
        <source>Host that images are sent to</source>
        <translation>Hôte auquel les images sont envoyées</translation>
    </message>
    <message>
        <source>Memory of the weights, in bytes</source>
        <translation>Mémoire des poids, en octets</translation>
    </message>
    <message>
        <source>Ready: {model} answers on {device}.</source>
        <translation>Prêt&#xa0;: {model} répond sur {device}.</translation>
    </message>
    <message>
        <source>The question has the answer yes or no, or is the name of a thing, such as “boats”. It is asked about windows of the extent: those with a clear no are dropped, the others are divided, and the finest ones overlap and vote. Two layers are two dates.</source>
        <translation>La question a pour réponse oui ou non, ou nomme une chose, comme « boats ». Elle est posée sur des fenêtres de l’emprise : celles où c’est sûrement non sont laissées, les autres sont divisées, et les plus fines se recouvrent et votent. Deux couches sont deux dates.</translation>
    </message>
    <message>
        <source>The layers are drawn as one picture of at most 4,096 pixels a side; a larger extent is searched in coarser pixels. The size of the finest windows is in metres; 0 takes what the model reads of that picture without loss of resolution.</source>
        <translation>Les couches sont dessinées en une image d’au plus 4 096 pixels de côté ; une emprise plus grande est parcourue en pixels plus grossiers. La taille des fenêtres les plus fines est en mètres ; 0 prend ce que le modèle lit de cette image sans perte de résolution.</translation>
    </message>
    <message>
        <source>The map has the probability of yes in percent. The places are polygons with their mean and highest probability and their area on the ellipsoid. Nothing is kept after cancelling.</source>
        <translation>La carte contient la probabilité de oui en pour cent. Les lieux sont des polygones avec leur probabilité moyenne et maximale et leur surface sur l’ellipsoïde. Une annulation ne garde rien.</translation>
    </message>
    <message>
        <source>With kinds of ground, such as “bare land, meadow, forest, farmland, road, buildings, water”, each place of two dates is classified at both: from_kind and to_kind with their probabilities, empty where the model is not sure.</source>
        <translation>Avec des types de sol, comme « bare land, meadow, forest, farmland, road, buildings, water », le modèle indique pour chaque lieu de deux dates lequel il était et lequel il est : from_kind et to_kind avec leurs probabilités, vides là où le modèle n’est pas sûr.</translation>
    </message>
    <message>
        <source>Find places</source>
        <translation>Trouver des lieux</translation>
    </message>
    <message>
        <source>Finds where in an extent the answer to a yes or no question is yes.</source>
        <translation>Trouve où, dans une emprise, la réponse à une question par oui ou non est oui.</translation>
    </message>
    <message>
        <source>where,find,search,detect,locate,places,windows,probability,yes,no,AI</source>
        <translation>où,trouver,chercher,détecter,localiser,lieux,fenêtres,probabilité,oui,non,IA</translation>
    </message>
    <message>
        <source>Places</source>
        <translation>Lieux</translation>
    </message>
    <message>
        <source>Raster layer, or two dates</source>
        <translation>Couche raster, ou deux dates</translation>
    </message>
    <message>
        <source>Yes-or-no question, or a thing</source>
        <translation>Question par oui ou non, ou une chose</translation>
    </message>
    <message>
        <source>Size of the finest windows in metres (0: by the model)</source>
        <translation>Taille des fenêtres les plus fines en mètres (0 : selon le modèle)</translation>
    </message>
    <message>
        <source>Minimum probability of a place</source>
        <translation>Probabilité à partir de laquelle le sol est un lieu</translation>
    </message>
    <message>
        <source>Kinds of ground to classify each place before and after (two dates)</source>
        <translation>Types de sol pour déterminer ce que les lieux étaient et sont (deux dates)</translation>
    </message>
    <message>
        <source>Maximum number of windows</source>
        <translation>Nombre maximal de fenêtres</translation>
    </message>
    <message>
        <source>Map of probabilities</source>
        <translation>Carte des probabilités</translation>
    </message>
    <message>
        <source>Number of places</source>
        <translation>Nombre de lieux</translation>
    </message>
    <message>
        <source>Area of all places in square metres</source>
        <translation>Surface de tous les lieux en mètres carrés</translation>
    </message>
    <message>
        <source>Choose one layer, or two dates.</source>
        <translation>Une couche ou deux dates sont parcourues ; n’en choisissez pas plus.</translation>
    </message>
    <message>
        <source>Export review as training data</source>
        <translation>Exporter la vérification comme données d&apos;entraînement</translation>
    </message>
    <message>
        <source>Writes the accepted and corrected answers of a table as data to train a model.</source>
        <translation>Écrit les réponses acceptées et corrigées d&apos;une table comme données pour entraîner un modèle.</translation>
    </message>
    <message>
        <source>review,correct,correction,training,train,data,samples,labels,jsonl,export,AI</source>
        <translation>vérification,corriger,correction,entraînement,entraîner,données,échantillons,étiquettes,jsonl,exporter,IA</translation>
    </message>
    <message>
        <source>Training data</source>
        <translation>Données d&apos;entraînement</translation>
    </message>
    <message>
        <source>The table is the output of a UniRS algorithm or of unirs batch, or the history, with the columns review and correction of the panel Review answers. The model&apos;s images are drawn again from the layers or files that the table names, into a folder beside the file.</source>
        <translation>La table est celle qu’un algorithme d’UniRS ou unirs batch a écrite, ou l’historique, avec les colonnes review et correction du panneau «&#xa0;Vérifier les réponses&#xa0;». Ce que le modèle a lu est redessiné à partir des couches ou fichiers que la table nomme, dans un dossier à côté du fichier.</translation>
    </message>
    <message>
        <source>The file has one line for each answer, in the form that unirs train joint --preset small --data reads. After cancelling it has the lines so far.</source>
        <translation>Le fichier a une ligne par réponse, telle que unirs train joint --preset small --data la prend. Après une annulation, il contient les lignes écrites jusque-là.</translation>
    </message>
    <message>
        <source>Table of reviewed answers</source>
        <translation>Table de réponses vérifiées</translation>
    </message>
    <message>
        <source>Raster layers (those of the project if empty)</source>
        <translation>Couches raster (celles du projet si vide)</translation>
    </message>
    <message>
        <source>Pixels of the image that the model reads</source>
        <translation>Pixels de l&apos;image que le modèle lit</translation>
    </message>
    <message>
        <source>JSON lines (*.jsonl)</source>
        <translation>Lignes JSON (*.jsonl)</translation>
    </message>
    <message>
        <source>Number of answers</source>
        <translation>Nombre de réponses</translation>
    </message>
    <message>
        <source>{file} cannot be written ({reason}); free some space or choose another file.</source>
        <translation>{file} ne peut pas être écrit ({reason}) ; libérez de l&apos;espace ou choisissez un autre fichier.</translation>
    </message>
    <message>
        <source>Answers written: {count} of {total}.</source>
        <translation>Réponses écrites : {count} sur {total}.</translation>
    </message>
    <message>
        <source>No answer of this table was accepted or corrected; do so in the panel Review answers first.</source>
        <translation>Aucune réponse de cette table n&apos;a été acceptée ou corrigée ; faites-le d&apos;abord dans le panneau « Vérifier les réponses ».</translation>
    </message>
    <message>
        <source>{table} has no answers of UniRS; choose a table that one of its algorithms has written.</source>
        <translation>{table} n&apos;a pas de réponses d&apos;UniRS ; choisissez une table écrite par un de ses algorithmes.</translation>
    </message>
    <message>
        <source>an image cannot be written</source>
        <translation>une image ne peut pas être écrite</translation>
    </message>
    <message>
        <source>The feature no longer has a geometry; give it one.</source>
        <translation>L&apos;entité n&apos;a plus de géométrie ; corrigez-la.</translation>
    </message>
    <message>
        <source>The layers no longer have data there.</source>
        <translation>Les couches n&apos;ont plus de données à cet endroit.</translation>
    </message>
    <message>
        <source>Layers of the series</source>
        <translation>Couches de la série</translation>
    </message>
    <message>
        <source>A series needs two layers or more; choose others as well.</source>
        <translation>Une série demande deux couches ou plus ; choisissez-en d’autres.</translation>
    </message>
    <message>
        <source>The question has the answer yes or no, or is the name of a thing. What is there (“Is there a lake?”) is asked about each date alone, what has happened (“Have houses been built?”) about each date together with the first one. Neighbouring dates are compared for any change, and all answers are combined.</source>
        <translation>La question est une question à répondre par oui ou par non, ou le nom d’une chose. Ce qui est là (« Is there a lake? ») est demandé pour chaque date seule, ce qui s’est passé (« Have houses been built? ») pour chaque date à côté de la première. Pour les dates voisines, on demande si quelque chose a changé, et toutes les réponses sont réunies.</translation>
    </message>
    <message>
        <source>The table has a row for each date: the probability of yes from all answers combined, that of the date asked alone, and that of a change since the date before. A date without data is a gap. AFTER and BEFORE are the dates between which the answer became yes; they are empty if it never or always was.</source>
        <translation>La table a une ligne par date : la probabilité de oui selon toutes les réponses ensemble, celle de la date seule, et celle d’un changement depuis la date d’avant. Une date sans données est une lacune. AFTER et BEFORE sont les dates entre lesquelles la réponse est devenue oui, et sont vides si elle ne l’est jamais devenue ou l’a toujours été.</translation>
    </message>
    <message>
        <source>Find when</source>
        <translation>Trouver quand</translation>
    </message>
    <message>
        <source>Finds between which dates of a series the answer becomes yes.</source>
        <translation>Trouve entre quelles dates d’une série la réponse devient oui.</translation>
    </message>
    <message>
        <source>when,series,time,dates,since,change,timeline,probability,yes,no,AI</source>
        <translation>quand,série,temps,dates,depuis,changement,chronologie,probabilité,oui,non,IA,when</translation>
    </message>
    <message>
        <source>Dates</source>
        <translation>Dates</translation>
    </message>
    <message>
        <source>Last date before</source>
        <translation>Dernière date avant</translation>
    </message>
    <message>
        <source>First date after</source>
        <translation>Première date après</translation>
    </message>
    <message>
        <source>The table has a row for each interval; ANSWER has a line for each in which something has changed, and how many are without change. A date without data is left out.</source>
        <translation>La table a une ligne par intervalle ; ANSWER a une ligne pour chacun où quelque chose a changé, et le nombre de ceux sans changement. Une date sans données est laissée de côté.</translation>
    </message>
    <message>
        <source>Describe changes of a series</source>
        <translation>Décrire les changements d’une série</translation>
    </message>
    <message>
        <source>Describes in words what changed from each date to the next.</source>
        <translation>Décrit en mots ce qui a changé de chaque date à la suivante.</translation>
    </message>
    <message>
        <source>change,series,time,dates,story,history,timeline,caption,AI</source>
        <translation>changement,série,temps,dates,histoire,chronologie,légende,IA,change</translation>
    </message>
    <message>
        <source>Intervals</source>
        <translation>Intervalles</translation>
    </message>
    <message>
        <source>Radar to a picture</source>
        <translation>Radar en image</translation>
    </message>
    <message>
        <source>Radar backscatter as a picture that can be asked about: without speckle, in decibels.</source>
        <translation>Rétrodiffusion radar en image sur laquelle on peut poser des questions : sans chatoiement, en décibels.</translation>
    </message>
    <message>
        <source>radar,SAR,Sentinel-1,speckle,Lee,decibel,backscatter</source>
        <translation>radar,SAR,Sentinel-1,chatoiement,Lee,décibel,rétrodiffusion</translation>
    </message>
    <message>
        <source>Two polarisations (VV and VH, or HH and HV) become red and green, with their ratio as blue; one becomes grey. They are found by the names of the bands or of the file, and may be stored as power, amplitude (integers) or decibels.</source>
        <translation>Deux polarisations (VV et VH, ou HH et HV) deviennent rouge et vert, avec leur rapport en bleu ; une seule devient grise. Elles sont reconnues aux noms des bandes ou du fichier, et peuvent être stockées en puissance, en amplitude (entiers) ou en décibels.</translation>
    </message>
    <message>
        <source>Models are seldom trained on radar: answers about the picture carry a warning. Speckle is reduced by the filter of Lee in windows of 5 pixels.</source>
        <translation>Les modèles sont rarement entraînés sur du radar : les réponses sur cette image portent un avertissement. Le chatoiement est réduit par le filtre de Lee dans des fenêtres de 5 pixels.</translation>
    </message>
    <message>
        <source>Radar picture</source>
        <translation>Image radar</translation>
    </message>
    <message>
        <source>Radar raster</source>
        <translation>Raster radar</translation>
    </message>
    <message>
        <source>The raster has no band that is known to be radar backscatter; name a band VV, VH, HH or HV.</source>
        <translation>Le raster n&apos;a aucune bande connue comme rétrodiffusion radar ; nommez une bande VV, VH, HH ou HV.</translation>
    </message>
    <message>
        <source>The picture cannot be made: {reason}</source>
        <translation>L&apos;image ne peut pas être créée : {reason}</translation>
    </message>
    <message>
        <source>Give English words, such as “harbour with many boats”; or an example: the number of a tile, or a raster.</source>
        <translation>Donnez des mots, par exemple « harbour with many boats », ou le numéro d&apos;une tuile ou un raster auquel les tuiles doivent ressembler. Les mots sont en anglais.</translation>
    </message>
    <message>
        <source>Words are compared with what the index stores about all tiles, and with the images of the best ones; with 0 of these only the index is used, and no model is loaded. An example is compared by its image.</source>
        <translation>Les mots sont comparés à ce que l’index contient sur toutes les tuiles et aux images des meilleures ; avec 0, à l’index seul, sans charger de modèle. Un exemple est comparé par son image.</translation>
    </message>
    <message>
        <source>Find tiles</source>
        <translation>Trouver des tuiles</translation>
    </message>
    <message>
        <source>Finds tiles of an index by words or by an example.</source>
        <translation>Trouve des tuiles d&apos;un index par des mots ou un exemple.</translation>
    </message>
    <message>
        <source>find,search,words,text,similar,example,retrieval,index,AI</source>
        <translation>trouver,chercher,mots,texte,semblable,exemple,recherche,index,IA</translation>
    </message>
    <message>
        <source>Found tiles</source>
        <translation>Tuiles trouvées</translation>
    </message>
    <message>
        <source>Index of tiles</source>
        <translation>Index de tuiles</translation>
    </message>
    <message>
        <source>What to look for</source>
        <translation>Ce qui est cherché</translation>
    </message>
    <message>
        <source>Find tiles like this one (its number)</source>
        <translation>Tuile à laquelle d&apos;autres doivent ressembler (son numéro)</translation>
    </message>
    <message>
        <source>Find tiles like this raster</source>
        <translation>Raster auquel les tuiles doivent ressembler</translation>
    </message>
    <message>
        <source>Number of tiles to find</source>
        <translation>Nombre de tuiles à trouver</translation>
    </message>
    <message>
        <source>Number of tiles whose images are compared with the words</source>
        <translation>Nombre de tuiles dont les images sont comparées aux mots</translation>
    </message>
    <message>
        <source>Number of tiles found</source>
        <translation>Nombre de tuiles trouvées</translation>
    </message>
    <message>
        <source>The layer is no index of tiles; make one with Index tiles.</source>
        <translation>La couche n&apos;est pas un index de tuiles ; créez-en un avec « Indexer des tuiles ».</translation>
    </message>
    <message>
        <source>The rasters of {count} tiles can no longer be read; only what the index stores about them was compared.</source>
        <translation>Les rasters de {count} tuiles ne sont plus lisibles ; seul ce que l’index contient sur elles a été comparé.</translation>
    </message>
    <message>
        <source>Each tile of the layers gets a caption, and is stored with what is needed to find it by words or by an example: with Find tiles, or in the search field of the dock. With two dates, the caption describes what has changed.</source>
        <translation>Chaque tuile des couches reçoit une légende et est enregistrée avec ce qu&apos;il faut pour la trouver par des mots ou un exemple : avec « Trouver des tuiles » ou dans le champ de recherche du panneau. Avec deux dates, la légende décrit ce qui a changé.</translation>
    </message>
    <message>
        <source>The files of the layers are read, with the bands that the layers show; a search reads them again, so leave them where they are. Services have no files. The size of a tile is in metres; 0 takes what the model reads without loss of resolution.</source>
        <translation>Les fichiers des couches sont lus, avec les bandes que les couches montrent ; une recherche les relit, laissez-les donc à leur place. Les services n&apos;ont pas de fichiers. La taille d&apos;une tuile est en mètres ; 0 prend ce que le modèle lit sans perte de résolution.</translation>
    </message>
    <message>
        <source>Choose the file of an earlier run to add tiles to it: those that it already has stay as they are. Cancelling keeps the tiles so far.</source>
        <translation>Choisissez le fichier d&apos;une exécution antérieure pour y ajouter des tuiles : celles qu&apos;il contient déjà restent telles quelles. Une annulation garde les tuiles déjà décrites.</translation>
    </message>
    <message>
        <source>Index tiles</source>
        <translation>Indexer des tuiles</translation>
    </message>
    <message>
        <source>Describes the tiles of layers, so that they can be found by words.</source>
        <translation>Décrit les tuiles de couches afin de pouvoir les trouver par des mots.</translation>
    </message>
    <message>
        <source>index,tiles,search,find,words,caption,retrieval,AI</source>
        <translation>index,tuiles,chercher,trouver,mots,légende,recherche,IA</translation>
    </message>
    <message>
        <source>Raster layers</source>
        <translation>Couches raster</translation>
    </message>
    <message>
        <source>Two layers are two dates of one place</source>
        <translation>Deux couches sont deux dates d&apos;un même lieu</translation>
    </message>
    <message>
        <source>Size of a tile in metres (0: by the model)</source>
        <translation>Taille d&apos;une tuile en mètres (0 : selon le modèle)</translation>
    </message>
    <message>
        <source>Maximum number of tiles</source>
        <translation>Nombre maximal de tuiles</translation>
    </message>
    <message>
        <source>Tiles that were described</source>
        <translation>Tuiles décrites</translation>
    </message>
    <message>
        <source>Tiles that the index had already</source>
        <translation>Tuiles que l&apos;index avait déjà</translation>
    </message>
    <message>
        <source>Describing the tiles…</source>
        <translation>Description des tuiles…</translation>
    </message>
    <message>
        <source>The index has the tiles so far.</source>
        <translation>L&apos;index contient les tuiles décrites jusqu&apos;ici.</translation>
    </message>
    <message>
        <source>{added} tiles added, {kept} kept</source>
        <translation>{added} tuiles ajoutées, {kept} gardées</translation>
    </message>
    <message>
        <source>The layer {layer} is a service and has no file to index; export what you need of it as a raster.</source>
        <translation>La couche {layer} est un service et n&apos;a pas de fichier à indexer ; exportez en raster ce dont vous avez besoin.</translation>
    </message>
    <message>
        <source>Two dates are two layers; choose just two.</source>
        <translation>Deux dates sont deux couches ; choisissez-en exactement deux.</translation>
    </message>
    <message>
        <source>Report on answers</source>
        <translation>Rapport sur des réponses</translation>
    </message>
    <message>
        <source>Writes answers of the history with their maps as a PDF or HTML file.</source>
        <translation>Écrit des réponses de l’historique avec leurs cartes dans un fichier PDF ou HTML.</translation>
    </message>
    <message>
        <source>report,PDF,HTML,history,answers,layout,print,AI</source>
        <translation>rapport,PDF,HTML,historique,réponses,mise en page,impression,IA</translation>
    </message>
    <message>
        <source>Report</source>
        <translation>Rapport</translation>
    </message>
    <message>
        <source>The latest answers of the history, of all questions or of those that contain a text. The history is that of the panel UniRS, unless another file is given.</source>
        <translation>Les dernières réponses de l’historique, à toutes les questions ou à celles qui contiennent un texte. L’historique est celui du panneau UniRS, sauf si un autre fichier est donné.</translation>
    </message>
    <message>
        <source>Layers are drawn as the project shows them; image files that are not in the project are opened. QGIS waits until the report is written.</source>
        <translation>Les couches sont dessinées comme le projet les montre&#xa0;; les fichiers image qui ne sont pas dans le projet sont ouverts. QGIS attend que le rapport soit écrit.</translation>
    </message>
    <message>
        <source>Number of answers, the latest ones</source>
        <translation>Nombre de réponses, les dernières</translation>
    </message>
    <message>
        <source>Only questions that contain this</source>
        <translation>Seulement les questions qui contiennent ceci</translation>
    </message>
    <message>
        <source>History (that of the panel if empty)</source>
        <translation>Historique (celui du panneau si vide)</translation>
    </message>
    <message>
        <source>The history {file} has no such answers; ask a question first, or choose others.</source>
        <translation>L’historique {file} n’a pas de telles réponses&#xa0;; posez d’abord une question, ou choisissez-en d’autres.</translation>
    </message>
</context>
<context>
    <name>QuestionBox</name>
    <message>
        <source>Question</source>
        <translation>Question</translation>
    </message>
    <message>
        <source>Enter sends, Shift+Enter breaks the line.</source>
        <translation>Entrée envoie, Maj+Entrée va à la ligne.</translation>
    </message>
    <message>
        <source>Enter sends, Shift+Enter breaks the line, Esc stops the answer.</source>
        <translation>Entrée envoie, Maj+Entrée va à la ligne, Échap arrête la réponse.</translation>
    </message>
</context>
<context>
    <name>QuestionController</name>
    <message>
        <source>The temporary folder {folder} cannot be written ({reason}); make room there, or start QGIS again.</source>
        <translation>Impossible d’écrire dans le dossier temporaire {folder} ({reason})&#xa0;; libérez-y de la place, ou redémarrez QGIS.</translation>
    </message>
    <message>
        <source>Stopped before the answer began.</source>
        <translation>Arrêtée avant le début de la réponse.</translation>
    </message>
    <message>
        <source>The model {name} is no longer on this computer; {other} answers instead. Choose another one in Settings ▸ Options ▸ UniRS.</source>
        <translation>Le modèle {name} n’est plus sur cet ordinateur&#xa0;; {other} répond à sa place. Choisissez-en un autre dans Préférences ▸ Options ▸ UniRS.</translation>
    </message>
    <message>
        <source>{done} of {total}</source>
        <translation>{done} sur {total}</translation>
    </message>
</context>
<context>
    <name>QuestionPanel</name>
    <message>
        <source>Suggested questions</source>
        <translation>Questions suggérées</translation>
    </message>
    <message>
        <source>yes, no</source>
        <translation>yes, no</translation>
    </message>
    <message>
        <source>Answers to choose from, comma-separated</source>
        <translation>Réponses au choix, séparées par des virgules</translation>
    </message>
    <message>
        <source>Answers to choose from</source>
        <translation>Réponses au choix</translation>
    </message>
    <message>
        <source>The model gives each of these answers a probability.</source>
        <translation>Le modèle donne une probabilité à chacune de ces réponses.</translation>
    </message>
    <message>
        <source>Ask about this image…</source>
        <translation>Interroger cette image…</translation>
    </message>
    <message>
        <source>Ask about the change…</source>
        <translation>Interroger le changement…</translation>
    </message>
    <message>
        <source>Ask about this series…</source>
        <translation>Interroger cette série…</translation>
    </message>
    <message>
        <source>Ask</source>
        <translation>Interroger</translation>
    </message>
    <message>
        <source>Where</source>
        <translation>Où</translation>
    </message>
    <message>
        <source>When</source>
        <translation>Quand</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>Arrêter</translation>
    </message>
    <message>
        <source>Restart</source>
        <translation>Redémarrer</translation>
    </message>
    <message>
        <source>Caption</source>
        <translation>Décrire</translation>
    </message>
    <message>
        <source>Describe change</source>
        <translation>Décrire le changement</translation>
    </message>
    <message>
        <source>Classify</source>
        <translation>Classer</translation>
    </message>
    <message>
        <source>Stop the answer and keep the text so far (Esc)</source>
        <translation>Arrêter la réponse et garder le texte déjà écrit (Échap)</translation>
    </message>
    <message>
        <source>Restart the worker if it does not respond</source>
        <translation>Redémarrer le processus de calcul s’il ne répond plus</translation>
    </message>
    <message>
        <source>Give at least two answers to choose from, comma-separated.</source>
        <translation>Donnez au moins deux réponses au choix, séparées par des virgules.</translation>
    </message>
    <message>
        <source>The model expects English: this looks like another language.</source>
        <translation>Le modèle lit l’anglais&#xa0;: ceci semble être une autre langue.</translation>
    </message>
    <message>
        <source>Find where in the extent the answer is yes: name a thing, or ask yes or no</source>
        <translation>Trouve où dans l’emprise la réponse est oui : nommez une chose, ou posez une question par oui ou non</translation>
    </message>
    <message>
        <source>Find between which dates the answer becomes yes: name a thing, or ask yes or no</source>
        <translation>Trouver entre quelles dates la réponse devient oui : nommez une chose, ou posez une question à répondre par oui ou par non</translation>
    </message>
    <message>
        <source>Describe the image</source>
        <translation>Décrire l’image</translation>
    </message>
    <message>
        <source>Describe what changed from each date to the next</source>
        <translation>Décrire ce qui a changé de chaque date à la suivante</translation>
    </message>
    <message>
        <source>Describe what changed between the two dates</source>
        <translation>Décrire ce qui a changé entre les deux dates</translation>
    </message>
    <message>
        <source>Name the event that the series or video shows</source>
        <translation>Nommer l’événement que montre la série ou la vidéo</translation>
    </message>
</context>
<context>
    <name>Report</name>
    <message>
        <source>nowhere; they stayed on this computer</source>
        <translation>nulle part ; elles sont restées sur cet ordinateur</translation>
    </message>
    <message>
        <source>yes</source>
        <translation>oui</translation>
    </message>
    <message>
        <source>Confidence: {percent} %</source>
        <translation>Confiance : {percent} %</translation>
    </message>
    <message>
        <source>UniRS · page {number}</source>
        <translation>UniRS · page {number}</translation>
    </message>
    <message>
        <source>Blue: what was asked about.</source>
        <translation>En bleu : ce sur quoi portait la question.</translation>
    </message>
    <message>
        <source>No place on the map has {percent} % or more.</source>
        <translation>Aucun lieu de la carte n’atteint {percent} %.</translation>
    </message>
    <message>
        <source>Outlined on the map: yes with {percent} % or more.</source>
        <translation>Entouré sur la carte : oui à {percent} % ou plus.</translation>
    </message>
    <message>
        <source>Outlined on the last map: changed by {percent} % or more.</source>
        <translation>Entouré sur la dernière carte : changé à {percent} % ou plus.</translation>
    </message>
    <message>
        <source>The report {file} cannot be written ({reason}); choose another file.</source>
        <translation>Le rapport {file} ne peut pas être écrit ({reason}) ; choisissez un autre fichier.</translation>
    </message>
    <message>
        <source>UniRS: pictures of a report</source>
        <translation>UniRS : images d’un rapport</translation>
    </message>
    <message>
        <source>the disk has no room left</source>
        <translation>le disque est plein</translation>
    </message>
    <message>
        <source>Answers of UniRS</source>
        <translation>Réponses d’UniRS</translation>
    </message>
    <message>
        <source>The layer “{layer}” is not in this project; add it to have its map here.</source>
        <translation>La couche « {layer} » n’est pas dans ce projet ; ajoutez-la pour avoir sa carte ici.</translation>
    </message>
</context>
<context>
    <name>ReportDialog</name>
    <message>
        <source>Report</source>
        <translation>Rapport</translation>
    </message>
    <message>
        <source>Search the history</source>
        <translation>Chercher dans l’historique</translation>
    </message>
    <message>
        <source>Choose all shown</source>
        <translation>Choisir tout ce qui est affiché</translation>
    </message>
    <message>
        <source>Choose the answers for the report. Layers that are in the project are drawn.</source>
        <translation>Choisissez les réponses du rapport. Les couches présentes dans le projet sont dessinées.</translation>
    </message>
    <message>
        <source>Answers for the report, newest first</source>
        <translation>Réponses pour le rapport, les plus récentes d’abord</translation>
    </message>
    <message>
        <source>Write report…</source>
        <translation>Écrire le rapport…</translation>
    </message>
    <message>
        <source>Chosen answers: {count}</source>
        <translation>Réponses choisies : {count}</translation>
    </message>
</context>
<context>
    <name>Review</name>
    <message>
        <source>The decision cannot be kept in the layer {layer}; save it as a GeoPackage that you can write to, and review that one.</source>
        <translation>La décision ne peut pas être enregistrée dans la couche {layer} ; enregistrez-la dans un GeoPackage où vous pouvez écrire, et vérifiez celui-ci.</translation>
    </message>
    <message>
        <source>“{layer}” ({source}), which this answer is about, is neither in the project nor an image file on this computer; add it to the project.</source>
        <translation>«&#xa0;{layer}&#xa0;» ({source}), dont parle cette réponse, n’est pas dans le projet et n’est pas un fichier image de cet ordinateur&#xa0;; ajoutez-le au projet.</translation>
    </message>
    <message>
        <source>The project has no raster layer “{layer}”, which this answer is about; add it under this name.</source>
        <translation>Le projet n&apos;a pas de couche raster « {layer} », sur laquelle porte cette réponse ; ajoutez-la sous ce nom.</translation>
    </message>
</context>
<context>
    <name>ReviewController</name>
    <message>
        <source>The layer {layer} has no answers to review; ask about tiles or polygons in the Processing toolbox first.</source>
        <translation>La couche {layer} n&apos;a pas de réponses à vérifier ; interrogez d&apos;abord des tuiles ou des polygones dans la boîte à outils de traitements.</translation>
    </message>
    <message>
        <source>Choose the history, or a layer with answers, as the algorithms of UniRS and unirs batch write it.</source>
        <translation>Choisissez l’historique, ou une couche de réponses, telle que l’écrivent les algorithmes d’UniRS et unirs batch.</translation>
    </message>
    <message>
        <source>The place of this answer is not known, so it cannot be shown.</source>
        <translation>Le lieu de cette réponse n’est pas connu, il ne peut donc pas être montré.</translation>
    </message>
    <message>
        <source>This was the last answer.</source>
        <translation>C&apos;était la dernière réponse.</translation>
    </message>
</context>
<context>
    <name>ReviewPanel</name>
    <message>
        <source>Review answers</source>
        <translation>Vérifier les réponses</translation>
    </message>
    <message>
        <source>{done} of {total} checked</source>
        <translation>{done} sur {total} vérifiées</translation>
    </message>
    <message>
        <source>History of the panel UniRS</source>
        <translation>Historique du panneau UniRS</translation>
    </message>
    <message>
        <source>Table of answers</source>
        <translation>Table de réponses</translation>
    </message>
    <message>
        <source>Doubtful answers first</source>
        <translation>D&apos;abord les réponses douteuses</translation>
    </message>
    <message>
        <source>Doubtful and sure answers in turn</source>
        <translation>Douteuses et sûres en alternance</translation>
    </message>
    <message>
        <source>Order of the answers</source>
        <translation>Ordre des réponses</translation>
    </message>
    <message>
        <source>In turn is better for training: corrections of doubtful answers alone are one-sided</source>
        <translation>L&apos;alternance convient mieux à l&apos;entraînement : les corrections de réponses douteuses sont à sens unique</translation>
    </message>
    <message>
        <source>The right answer</source>
        <translation>La bonne réponse</translation>
    </message>
    <message>
        <source>The right answer (C to edit, Enter to keep)</source>
        <translation>La bonne réponse (C : modifier, Entrée : garder)</translation>
    </message>
    <message>
        <source>Accept (A)</source>
        <translation>Accepter (A)</translation>
    </message>
    <message>
        <source>Correct (C)</source>
        <translation>Corriger (C)</translation>
    </message>
    <message>
        <source>Skip (S)</source>
        <translation>Passer (S)</translation>
    </message>
    <message>
        <source>Back (Backspace)</source>
        <translation>Retour (Retour arrière)</translation>
    </message>
    <message>
        <source>Export as training data…</source>
        <translation>Exporter comme données d&apos;entraînement…</translation>
    </message>
    <message>
        <source>Answer: {text}</source>
        <translation>Réponse : {text}</translation>
    </message>
    <message>
        <source>Checked: {text}</source>
        <translation>Vérifié : {text}</translation>
    </message>
    <message>
        <source>“{text}” is none of the options.</source>
        <translation>« {text} » n’est pas l’un des choix.</translation>
    </message>
</context>
<context>
    <name>RuntimeGroup</name>
    <message>
        <source>Runtime</source>
        <translation>Environnement d’exécution</translation>
    </message>
    <message>
        <source>The models run in a Python environment of their own, separate from that of QGIS. The set-up downloads it, with the language model of unirs-small.</source>
        <translation>Les modèles s’exécutent dans leur propre environnement Python, séparé de celui de QGIS. L’installation le télécharge, avec le modèle de langue de unirs-small.</translation>
    </message>
    <message>
        <source>Repair</source>
        <translation>Réparer</translation>
    </message>
    <message>
        <source>Set up</source>
        <translation>Installer</translation>
    </message>
    <message>
        <source>Remove…</source>
        <translation>Supprimer…</translation>
    </message>
    <message>
        <source>Set up from a folder…</source>
        <translation>Installer depuis un dossier…</translation>
    </message>
    <message>
        <source>Without a network, from a folder saved on another computer</source>
        <translation>Sans réseau, depuis un dossier enregistré par un autre ordinateur</translation>
    </message>
    <message>
        <source>Save for another computer…</source>
        <translation>Enregistrer pour un autre ordinateur…</translation>
    </message>
    <message>
        <source>Downloads into a folder everything that a computer without a network needs</source>
        <translation>Télécharge dans un dossier tout ce qu’il faut pour installer sur un ordinateur sans réseau</translation>
    </message>
    <message>
        <source>Log</source>
        <translation>Journal</translation>
    </message>
    <message>
        <source>For Windows</source>
        <translation>Pour Windows</translation>
    </message>
    <message>
        <source>For Linux (Intel, AMD)</source>
        <translation>Pour Linux (Intel, AMD)</translation>
    </message>
    <message>
        <source>For Linux (ARM)</source>
        <translation>Pour Linux (ARM)</translation>
    </message>
    <message>
        <source>For macOS (Apple silicon)</source>
        <translation>Pour macOS (puce Apple)</translation>
    </message>
    <message>
        <source>Python of an environment with unirs</source>
        <translation>Python d’un environnement avec unirs</translation>
    </message>
    <message>
        <source>Python of your own</source>
        <translation>Votre propre Python</translation>
    </message>
    <message>
        <source>The output of the set-up, to read or to copy</source>
        <translation>La sortie de l’installation, à lire ou à copier</translation>
    </message>
    <message>
        <source>The runtime above</source>
        <translation>L’environnement d’exécution ci-dessus</translation>
    </message>
    <message>
        <source>The environment variable {name} is set and takes precedence.</source>
        <translation>La variable d’environnement {name} est définie et a la priorité.</translation>
    </message>
    <message>
        <source>Set-up options</source>
        <translation>Options d’installation</translation>
    </message>
    <message>
        <source>Processor (CPU)</source>
        <translation>Processeur (CPU)</translation>
    </message>
    <message>
        <source>None: from the package index</source>
        <translation>Aucun&#xa0;: depuis l’index de paquets</translation>
    </message>
    <message>
        <source>None</source>
        <translation>Aucun</translation>
    </message>
    <message>
        <source>Build of PyTorch</source>
        <translation>Variante de PyTorch</translation>
    </message>
    <message>
        <source>Offline, from the folder</source>
        <translation>Hors ligne, depuis le dossier</translation>
    </message>
    <message>
        <source>Extra package index</source>
        <translation>Index de paquets supplémentaire</translation>
    </message>
    <message>
        <source>Checking a Python</source>
        <translation>Vérification d’un Python</translation>
    </message>
    <message>
        <source>Python {version} without unirs: install unirs into it, or clear this field and choose it below as the Python to set up with.</source>
        <translation>Python {version} sans unirs : installez-y unirs, ou videz ce champ et choisissez-le ci-dessous comme Python pour l’installation.</translation>
    </message>
    <message>
        <source>Remove the runtime? Questions need it; it can be set up again at any time.</source>
        <translation>Supprimer l’environnement d’exécution&#xa0;? Les questions en ont besoin&#xa0;; il peut être réinstallé à tout moment.</translation>
    </message>
    <message>
        <source>Automatic, by the driver</source>
        <translation>Automatique, selon le pilote</translation>
    </message>
    <message>
        <source>NVIDIA graphics card (CUDA 13)</source>
        <translation>Carte graphique NVIDIA (CUDA 13)</translation>
    </message>
    <message>
        <source>NVIDIA graphics card, older driver (CUDA 12.6)</source>
        <translation>Carte graphique NVIDIA, pilote plus ancien (CUDA 12.6)</translation>
    </message>
    <message>
        <source>AMD graphics card (ROCm)</source>
        <translation>Carte graphique AMD (ROCm)</translation>
    </message>
    <message>
        <source>Intel graphics card (XPU)</source>
        <translation>Carte graphique Intel (XPU)</translation>
    </message>
    <message>
        <source>The one found, or one that uv brings</source>
        <translation>Celui trouvé, ou un que uv apporte</translation>
    </message>
    <message>
        <source>The one found, or from the package index</source>
        <translation>Celui trouvé, ou depuis l’index de paquets</translation>
    </message>
    <message>
        <source>As pip is configured</source>
        <translation>Comme pip est configuré</translation>
    </message>
    <message>
        <source>None: from the source of uv</source>
        <translation>Aucun : depuis la source de uv</translation>
    </message>
    <message>
        <source>Package index</source>
        <translation>Index de paquets</translation>
    </message>
    <message>
        <source>Python (3.10 to 3.14)</source>
        <translation>Python (3.10 à 3.14)</translation>
    </message>
    <message>
        <source>Mirror of Pythons</source>
        <translation>Miroir des Pythons</translation>
    </message>
    <message>
        <source>Program uv</source>
        <translation>Programme uv</translation>
    </message>
    <message>
        <source>Packages come from the index in pip&apos;s configuration, through the proxy of QGIS. Name an extra index if that one lacks the build of PyTorch that you need.</source>
        <translation>Les paquets viennent de l’index de la configuration de pip, par le proxy de QGIS. Indiquez un index supplémentaire si la variante de PyTorch dont vous avez besoin n’y est pas.</translation>
    </message>
    <message>
        <source>Saved in {folder}. On the other computer, install the plugin and choose &apos;Set up from a folder&apos;.</source>
        <translation>Enregistré dans {folder}. Sur l’autre ordinateur, installez l’extension et choisissez « Installer depuis un dossier ».</translation>
    </message>
    <message>
        <source>Saved in {folder}, without a Python: none could be downloaded. Install Python {version} (64 bit) on the other computer, then the plugin, and choose &apos;Set up from a folder&apos;.</source>
        <translation>Enregistré dans {folder}, sans Python : aucun n’a pu être téléchargé. Sur l’autre ordinateur, installez Python {version} (64 bits), puis l’extension, et choisissez « Installer depuis un dossier ».</translation>
    </message>
    <message>
        <source>Folder to set up from</source>
        <translation>Dossier depuis lequel installer</translation>
    </message>
    <message>
        <source>Folder to save into</source>
        <translation>Dossier où enregistrer</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>Supprimer</translation>
    </message>
    <message>
        <source>Python {version} with unirs.</source>
        <translation>Python {version} avec unirs.</translation>
    </message>
</context>
<context>
    <name>Sentences</name>
    <message>
        <source>The dates lie {distance} apart; Align corrects that.</source>
        <translation>Les dates sont décalées de {distance}&#xa0;; «&#xa0;Aligner&#xa0;» corrige cela.</translation>
    </message>
    <message>
        <source>Both dates lack data on {share} of the ground.</source>
        <translation>Les deux dates n’ont pas de données sur {share} du terrain.</translation>
    </message>
    <message>
        <source>The earlier date lacks data on {share} of the ground.</source>
        <translation>La date antérieure n’a pas de données sur {share} du terrain.</translation>
    </message>
    <message>
        <source>The later date lacks data on {share} of the ground.</source>
        <translation>La date postérieure n’a pas de données sur {share} du terrain.</translation>
    </message>
    <message>
        <source>The earlier date has pixels of {coarse}, the other one of {fine}.</source>
        <translation>La date antérieure a des pixels de {coarse}, l’autre de {fine}.</translation>
    </message>
    <message>
        <source>The later date has pixels of {coarse}, the other one of {fine}.</source>
        <translation>La date postérieure a des pixels de {coarse}, l’autre de {fine}.</translation>
    </message>
    <message>
        <source>The earlier date alone is white on {share} of the ground (clouds or snow?).</source>
        <translation>Seule la date antérieure est blanche sur {share} du terrain (nuages ou neige&#xa0;?).</translation>
    </message>
    <message>
        <source>The later date alone is white on {share} of the ground (clouds or snow?).</source>
        <translation>Seule la date postérieure est blanche sur {share} du terrain (nuages ou neige&#xa0;?).</translation>
    </message>
    <message>
        <source>The earlier date seems hazier.</source>
        <translation>La date antérieure semble plus brumeuse.</translation>
    </message>
    <message>
        <source>The later date seems hazier.</source>
        <translation>La date postérieure semble plus brumeuse.</translation>
    </message>
    <message>
        <source>Light or colours differ; Match colours removes {share} of the difference.</source>
        <translation>La lumière ou les couleurs diffèrent&#xa0;; «&#xa0;Accorder les couleurs&#xa0;» supprime {share} de la différence.</translation>
    </message>
    <message>
        <source>The seasons are {months} months apart.</source>
        <translation>Les saisons sont éloignées de {months} mois.</translation>
    </message>
    <message>
        <source>Neighbouring dates lie up to {distance} apart ({where}); Align corrects that.</source>
        <translation>Des dates voisines sont décalées de {distance} au plus ({where})&#xa0;; «&#xa0;Aligner&#xa0;» corrige cela.</translation>
    </message>
    <message>
        <source>Dates lack data on up to {share} of the ground ({where}).</source>
        <translation>Des dates n’ont pas de données sur {share} du terrain au plus ({where}).</translation>
    </message>
    <message>
        <source>Neighbouring dates have pixels of {coarse} and of {fine} ({where}).</source>
        <translation>Des dates voisines ont des pixels de {coarse} et de {fine} ({where}).</translation>
    </message>
    <message>
        <source>One of two neighbouring dates is white on up to {share} of the ground ({where}; clouds or snow?).</source>
        <translation>L’une de deux dates voisines est blanche sur {share} du terrain au plus ({where}&#xa0;; nuages ou neige&#xa0;?).</translation>
    </message>
    <message>
        <source>One of two neighbouring dates seems hazier ({where}).</source>
        <translation>L’une de deux dates voisines semble plus brumeuse ({where}).</translation>
    </message>
    <message>
        <source>Light or colours differ between neighbouring dates ({where}); Match colours removes up to {share} of the difference.</source>
        <translation>La lumière ou les couleurs de dates voisines diffèrent ({where})&#xa0;; «&#xa0;Accorder les couleurs&#xa0;» supprime jusqu’à {share} de la différence.</translation>
    </message>
    <message>
        <source>Seasons of neighbouring dates are up to {months} months apart ({where}).</source>
        <translation>Les saisons de dates voisines sont éloignées de {months} mois au plus ({where}).</translation>
    </message>
    <message>
        <source>Dates are not known ({names}): all are read in the order given.</source>
        <translation>Des dates ne sont pas connues ({names})&#xa0;: toutes sont lues dans l’ordre donné.</translation>
    </message>
    <message>
        <source>Some dates are not exact enough to be ordered; all are read in the order given.</source>
        <translation>Certaines dates sont trop imprécises pour être ordonnées&#xa0;: toutes sont lues dans l’ordre donné.</translation>
    </message>
    <message>
        <source>Some dates are the same: these are read in the order given.</source>
        <translation>Certaines dates sont identiques&#xa0;: elles sont lues dans l’ordre donné.</translation>
    </message>
    <message>
        <source>Dates that show nothing here are left out: {names}.</source>
        <translation>Il n’y a rien à voir à certaines dates, qui sont omises&#xa0;: {names}.</translation>
    </message>
    <message>
        <source>No date alone gives a yes (at most {highest}), so the dates were compared with each other.</source>
        <translation>Aucune date n’est un oui à elle seule (au plus {highest})&#xa0;: les dates ont été comparées.</translation>
    </message>
    <message>
        <source>The later date was moved by {distance}.</source>
        <translation>La date postérieure a été déplacée de {distance}.</translation>
    </message>
    <message>
        <source>Image {number} was moved by {distance}.</source>
        <translation>L’image {number} a été déplacée de {distance}.</translation>
    </message>
    <message>
        <source>The later date cannot be aligned: the images have too little in common.</source>
        <translation>La date postérieure ne peut pas être alignée&#xa0;: trop peu se ressemble.</translation>
    </message>
    <message>
        <source>Image {number} cannot be aligned: the images have too little in common.</source>
        <translation>L’image {number} ne peut pas être alignée&#xa0;: trop peu se ressemble.</translation>
    </message>
    <message>
        <source>The later date has the colours of the first one.</source>
        <translation>La date postérieure a les couleurs de la première.</translation>
    </message>
    <message>
        <source>Image {number} has the colours of the first one.</source>
        <translation>L’image {number} a les couleurs de la première.</translation>
    </message>
    <message>
        <source>This is a radar image; models, the default one included, are trained on natural colours: do not rely on the answer.</source>
        <translation>Ceci est une image radar&#xa0;; les modèles, y compris celui par défaut, sont entraînés sur des couleurs naturelles&#xa0;: ne vous fiez pas à la réponse.</translation>
    </message>
    <message>
        <source>This is a thermal image; models, the default one included, are trained on natural colours: do not rely on the answer.</source>
        <translation>Ceci est une image thermique&#xa0;; les modèles, y compris celui par défaut, sont entraînés sur des couleurs naturelles&#xa0;: ne vous fiez pas à la réponse.</translation>
    </message>
    <message>
        <source>The image shows infrared in false colours; models, the default one included, are trained on natural colours: do not rely on the answer.</source>
        <translation>L’image montre l’infrarouge en fausses couleurs&#xa0;; les modèles, y compris celui par défaut, sont entraînés sur des couleurs naturelles&#xa0;: ne vous fiez pas à la réponse.</translation>
    </message>
</context>
<context>
    <name>SeriesList</name>
    <message>
        <source>Date of acquisition of the selected layer</source>
        <translation>Date d’acquisition de la couche sélectionnée</translation>
    </message>
    <message>
        <source>Move the layer up</source>
        <translation>Monter la couche</translation>
    </message>
    <message>
        <source>Move the layer down</source>
        <translation>Descendre la couche</translation>
    </message>
    <message>
        <source>Remove the layer from the series</source>
        <translation>Retirer la couche de la série</translation>
    </message>
    <message>
        <source>Sort the layers by date</source>
        <translation>Trier les couches par date</translation>
    </message>
    <message>
        <source>Layers of the series, the earliest first</source>
        <translation>Couches de la série, la plus ancienne en premier</translation>
    </message>
    <message>
        <source>no date</source>
        <translation>sans date</translation>
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
        <translation>Serveurs</translation>
    </message>
    <message>
        <source>Send images to {host}</source>
        <translation>Envoyer des images à {host}</translation>
    </message>
    <message>
        <source>{host} is another computer. Every question sends it the images of its extent.</source>
        <translation>{host} est un autre ordinateur. Chaque question lui envoie les images de son emprise.</translation>
    </message>
    <message>
        <source>Whoever runs it can see and keep them.</source>
        <translation>Qui l’exploite peut les voir et les garder.</translation>
    </message>
    <message>
        <source>The connection is not encrypted: others on the way can read them, too.</source>
        <translation>La connexion n’est pas chiffrée&#xa0;: d’autres, en chemin, peuvent aussi les lire.</translation>
    </message>
    <message>
        <source>Images leave this computer</source>
        <translation>Des images quittent cet ordinateur</translation>
    </message>
    <message>
        <source>Let images leave this computer?</source>
        <translation>Laisser des images quitter cet ordinateur&#xa0;?</translation>
    </message>
    <message>
        <source>Stop sending images there</source>
        <translation>Ne plus y envoyer d’images</translation>
    </message>
    <message>
        <source>Only if the server asks for a key: an API header, or the key as password without a user. It stays in QGIS&apos;s authentication store and is sent to this server alone. Without one, the environment variable {name} is used if it is set.</source>
        <translation>Seulement si le serveur demande une clé&#xa0;: un en-tête d’API, ou la clé comme mot de passe sans utilisateur. Elle reste dans les authentifications de QGIS et n’est envoyée qu’à ce serveur. Sans elle, la variable d’environnement {name} est utilisée si elle est définie.</translation>
    </message>
    <message>
        <source>None yet. Find those of this computer above, or add a model by the address of its server.</source>
        <translation>Aucun pour l’instant. Cherchez plus haut ceux de cet ordinateur, ou ajoutez un modèle par l’adresse de son serveur.</translation>
    </message>
    <message>
        <source>Server</source>
        <translation>Serveur</translation>
    </message>
    <message>
        <source>Key</source>
        <translation>Clé</translation>
    </message>
    <message>
        <source>On this computer: images stay here.</source>
        <translation>Sur cet ordinateur&#xa0;: les images restent ici.</translation>
    </message>
    <message>
        <source>Another computer: images are sent to {host}, as you have allowed.</source>
        <translation>Un autre ordinateur&#xa0;: des images sont envoyées à {host}, comme vous l’avez autorisé.</translation>
    </message>
    <message>
        <source>Another computer: no images are sent to {host} before you allow it.</source>
        <translation>Un autre ordinateur&#xa0;: aucune image n’est envoyée à {host} avant que vous ne l’autorisiez.</translation>
    </message>
</context>
<context>
    <name>Setup</name>
    <message>
        <source>The chosen Python {python} does not exist; choose another one in Settings ▸ Options ▸ UniRS, or correct {variable}.</source>
        <translation>Le Python choisi {python} n’existe pas&#xa0;; choisissez-en un autre dans Préférences ▸ Options ▸ UniRS, ou corrigez {variable}.</translation>
    </message>
    <message>
        <source>The runtime is damaged: its files are gone. Repair it.</source>
        <translation>L’environnement d’exécution est endommagé&#xa0;: ses fichiers ont disparu. Réparez-le.</translation>
    </message>
    <message>
        <source>Ready, but made by another version of the plugin (unirs {unirs}); repair it to renew it.</source>
        <translation>Prêt, mais créé par une autre version de l’extension (unirs {unirs})&#xa0;; réparez-le pour le renouveler.</translation>
    </message>
    <message>
        <source>Ready: unirs {unirs}, Python {python}, PyTorch {torch}.</source>
        <translation>Prêt&#xa0;: unirs {unirs}, Python {python}, PyTorch {torch}.</translation>
    </message>
    <message>
        <source>This copy of the plugin carries no runtime. Install the plugin&apos;s zip (&apos;make package&apos; builds it), or choose a Python that has unirs, such as that of &apos;.venv&apos;.</source>
        <translation>Cette copie de l’extension ne contient pas d’environnement d’exécution. Installez le zip de l’extension («&#xa0;make package&#xa0;» le construit), ou choisissez un Python qui a unirs, comme celui de «&#xa0;.venv&#xa0;».</translation>
    </message>
    <message>
        <source>Ready: {python} was chosen.</source>
        <translation>Prêt&#xa0;: {python} a été choisi.</translation>
    </message>
    <message>
        <source>An earlier set-up was not finished; set up again.</source>
        <translation>Une installation précédente n’a pas été terminée&#xa0;; recommencez l’installation.</translation>
    </message>
    <message>
        <source>Not set up yet.</source>
        <translation>Pas encore installé.</translation>
    </message>
    <message>
        <source>Ready, but PyTorch {torch} cannot use the graphics card: update its driver, or choose another build of PyTorch in the options, and repair.</source>
        <translation>Prêt, mais PyTorch {torch} ne peut pas utiliser la carte graphique : mettez à jour son pilote, ou choisissez une autre variante de PyTorch dans les options, et réparez.</translation>
    </message>
    <message>
        <source>{path} does not work as a Python; choose another one.</source>
        <translation>{path} ne fonctionne pas comme Python&#xa0;; choisissez-en un autre.</translation>
    </message>
    <message>
        <source>Setting up UniRS</source>
        <translation>Installation d’UniRS</translation>
    </message>
    <message>
        <source>Removing the UniRS runtime</source>
        <translation>Suppression de l’environnement d’exécution d’UniRS</translation>
    </message>
    <message>
        <source>Saving the UniRS runtime</source>
        <translation>Enregistrement de l’environnement d’exécution UniRS</translation>
    </message>
    <message>
        <source>Planning the set-up</source>
        <translation>Préparation de l’installation</translation>
    </message>
    <message>
        <source>{path} is not uv {version} or a later one of that series; choose another file, or leave the field empty.</source>
        <translation>{path} n’est pas uv {version} ou une version ultérieure de cette série ; choisissez un autre fichier, ou laissez le champ vide.</translation>
    </message>
    <message>
        <source>Downloading uv…</source>
        <translation>Téléchargement de uv…</translation>
    </message>
    <message>
        <source>Installing packages…</source>
        <translation>Installation des paquets…</translation>
    </message>
    <message>
        <source>Installing the runtime failed: {reason} The whole log is below; copy it when you report this.</source>
        <translation>L’installation de l’environnement d’exécution a échoué&#xa0;: {reason} Le journal complet est ci-dessous&#xa0;; copiez-le si vous signalez cela.</translation>
    </message>
    <message>
        <source>A file of the runtime could not be used ({reason}: {file}); close other QGIS windows and try again.</source>
        <translation>Un fichier de l’environnement d’exécution n’a pas pu être utilisé ({reason}&#xa0;: {file})&#xa0;; fermez les autres fenêtres de QGIS et réessayez.</translation>
    </message>
    <message>
        <source>The folder holds no {package} that fits this computer and its Python; save it anew on another computer, for a platform like this one.</source>
        <translation>Le dossier ne contient pas de {package} qui convienne à cet ordinateur et à son Python ; enregistrez-le à nouveau sur un autre ordinateur, pour une plateforme comme celle-ci.</translation>
    </message>
    <message>
        <source>The package index offers no {package} for this computer and its Python; choose another build of PyTorch in the set-up options, or name an extra index that has it.</source>
        <translation>L’index de paquets ne propose pas de {package} pour cet ordinateur et son Python ; choisissez une autre variante de PyTorch dans les options d’installation, ou indiquez un index supplémentaire qui l’a.</translation>
    </message>
    <message>
        <source>There is no space left on the disk of the QGIS profile; free some and set up again.</source>
        <translation>Il n’y a plus d’espace sur le disque du profil QGIS ; libérez-en et recommencez l’installation.</translation>
    </message>
    <message>
        <source>A folder of the set-up cannot be written: check the permissions of the QGIS profile, or let your antivirus program except it, and set up again.</source>
        <translation>Un dossier de l’installation ne peut pas être écrit : vérifiez les droits du profil QGIS, ou excluez-le dans votre antivirus, et recommencez l’installation.</translation>
    </message>
    <message>
        <source>Another program has a file of the runtime open; close other QGIS windows and set up again.</source>
        <translation>Un autre programme a ouvert un fichier de l’environnement d’exécution ; fermez les autres fenêtres de QGIS et recommencez l’installation.</translation>
    </message>
    <message>
        <source>A file name became longer than Windows allows; let an administrator switch on long paths, or use a QGIS profile in a shorter folder, and set up again.</source>
        <translation>Un nom de fichier est devenu plus long que Windows ne le permet&#xa0;; faites activer les chemins longs par un administrateur, ou utilisez un profil QGIS dans un dossier plus court, et recommencez l’installation.</translation>
    </message>
    <message>
        <source>The program uv {version}, which sets up the runtime, is not available there; install it, or name its file ({name}) in the set-up options.</source>
        <translation>Le programme uv {version}, qui installe l’environnement d’exécution, n’y est pas disponible ; installez-le, ou indiquez son fichier ({name}) dans les options d’installation.</translation>
    </message>
    <message>
        <source>The system ended the installation, probably because memory ran out; close other programs and set up again.</source>
        <translation>Le système a mis fin à l’installation, sans doute par manque de mémoire&#xa0;; fermez d’autres programmes et recommencez l’installation.</translation>
    </message>
    <message>
        <source>Another QGIS window is setting up UniRS; wait until it has finished there. If there is no other window, delete the file {path}.</source>
        <translation>Une autre fenêtre de QGIS installe UniRS&#xa0;; attendez qu’elle ait fini. S’il n’y a pas d’autre fenêtre, supprimez le fichier {path}.</translation>
    </message>
    <message>
        <source>The set-up needs {needed} on the disk of {folder}, but {free} are free; free some space and set up again.</source>
        <translation>L’installation a besoin de {needed} sur le disque de {folder}, mais {free} sont libres ; libérez de l’espace et recommencez l’installation.</translation>
    </message>
    <message>
        <source>Looking for uv…</source>
        <translation>Recherche de uv…</translation>
    </message>
    <message>
        <source>Making the environment…</source>
        <translation>Création de l’environnement…</translation>
    </message>
    <message>
        <source>Downloading Python…</source>
        <translation>Téléchargement de Python…</translation>
    </message>
    <message>
        <source>The runtime cannot be set up with {path}: it needs a complete Python of 64 bits, version 3.10 to 3.14. Choose another one, or leave the field empty.</source>
        <translation>L’environnement d’exécution ne peut pas être installé avec {path} : il lui faut un Python complet de 64 bits, version 3.10 à 3.14. Choisissez-en un autre, ou laissez le champ vide.</translation>
    </message>
    <message>
        <source>The folder holds packages for Python {version}, which neither it nor this computer has; install Python {version} (64 bit) and set up again.</source>
        <translation>Le dossier contient des paquets pour Python {version}, qui n’est ni dans ce dossier ni sur cet ordinateur ; installez Python {version} (64 bits) et relancez l’installation.</translation>
    </message>
    <message>
        <source>Looking for PyTorch…</source>
        <translation>Recherche de PyTorch…</translation>
    </message>
    <message>
        <source>This build of PyTorch is not available there; trying another one.</source>
        <translation>Cette variante de PyTorch n’y est pas disponible ; une autre est essayée.</translation>
    </message>
    <message>
        <source>The small build of PyTorch, for the processor, is not available here. With the one for graphics cards, which works as well, the set-up downloads {download} and takes {disk}: set up again to take it, or name another index in the options.</source>
        <translation>La petite variante de PyTorch, pour le processeur, n’est pas disponible ici. Avec celle pour cartes graphiques, qui marche aussi, l’installation télécharge {download} et prend {disk} : relancez-la, ou indiquez un autre index.</translation>
    </message>
    <message>
        <source>This computer has no Python 3.10 to 3.14 that fits, and none could be downloaded; install Python 3.12 (64 bit), or name a mirror in the set-up options.</source>
        <translation>Cet ordinateur n’a pas de Python 3.10 à 3.14 qui convienne, et aucun n’a pu être téléchargé ; installez Python 3.12 (64 bits), ou indiquez un miroir dans les options d’installation.</translation>
    </message>
    <message>
        <source>This computer has no Python 3.10 to 3.14 that fits; install Python 3.12 (64 bit), or choose one in the set-up options.</source>
        <translation>Cet ordinateur n’a pas de Python 3.10 à 3.14 qui convienne ; installez Python 3.12 (64 bits), ou choisissez-en un dans les options d’installation.</translation>
    </message>
    <message>
        <source>Collecting packages…</source>
        <translation>Collecte des paquets…</translation>
    </message>
    <message>
        <source>PyTorch could not be loaded, since Microsoft&apos;s Visual C++ runtime is missing or old: install vc_redist.x64.exe from https://aka.ms/vs/17/release/vc_redist.x64.exe and set up again.</source>
        <translation>PyTorch n’a pas pu être chargé, car le runtime Visual C++ de Microsoft manque ou est ancien : installez vc_redist.x64.exe depuis https://aka.ms/vs/17/release/vc_redist.x64.exe et recommencez l’installation.</translation>
    </message>
    <message>
        <source>The runtime was installed, but does not work: {reason} Set up again, or choose another build of PyTorch in the options.</source>
        <translation>L’environnement d’exécution a été installé, mais ne fonctionne pas : {reason} Recommencez l’installation, ou choisissez une autre variante de PyTorch dans les options.</translation>
    </message>
    <message>
        <source>Checking the runtime…</source>
        <translation>Vérification de l’environnement d’exécution…</translation>
    </message>
    <message>
        <source>Removing the runtime…</source>
        <translation>Suppression de l’environnement d’exécution…</translation>
    </message>
    <message>
        <source>The proxy has refused the connection; check it in Settings ▸ Options ▸ Network (address, port, user), or set up from a folder.</source>
        <translation>Le proxy a refusé la connexion ; vérifiez-le dans Préférences ▸ Options ▸ Réseau (adresse, port, utilisateur), ou installez depuis un dossier.</translation>
    </message>
    <message>
        <source>The certificate of the package index cannot be verified. Behind a company&apos;s gateway, add its certificate to those of the system, or name it as &apos;cert&apos; in pip&apos;s configuration, or set up from a folder.</source>
        <translation>Le certificat de l’index de paquets ne peut pas être vérifié. Derrière la passerelle d’une entreprise, ajoutez son certificat à ceux du système, ou indiquez-le comme « cert » dans la configuration de pip, ou installez depuis un dossier.</translation>
    </message>
    <message>
        <source>The package index cannot be reached; check the network and the proxy in Settings ▸ Options ▸ Network and set up again, or set up from a folder.</source>
        <translation>L’index de paquets ne peut pas être atteint ; vérifiez le réseau et le proxy dans Préférences ▸ Options ▸ Réseau et recommencez l’installation, ou installez depuis un dossier.</translation>
    </message>
    <message>
        <source>The package index requires a login, or refuses this computer; check pip&apos;s configuration, or set up from a folder.</source>
        <translation>L’index de paquets exige une connexion, ou refuse cet ordinateur ; vérifiez la configuration de pip, ou installez depuis un dossier.</translation>
    </message>
    <message>
        <source>A downloaded file is damaged, or not the one that was expected; set up again.</source>
        <translation>Un fichier téléchargé est endommagé, ou n’est pas celui attendu ; recommencez l’installation.</translation>
    </message>
    <message>
        <source>The folder needs {needed}, but {free} are free on its disk; choose another one.</source>
        <translation>Le dossier a besoin de {needed}, mais {free} sont libres sur son disque ; choisissez-en un autre.</translation>
    </message>
    <message>
        <source>Downloading {package}… {done} of {total}</source>
        <translation>Téléchargement de {package}… {done} sur {total}</translation>
    </message>
    <message>
        <source>The package index has no {name}; name an index that has it in the options.</source>
        <translation>L’index de paquets n’a pas {name} ; indiquez dans les options un index qui l’a.</translation>
    </message>
    <message>
        <source>No Python could be saved; the other computer needs a Python {version}.</source>
        <translation>Aucun Python n’a pu être enregistré ; l’autre ordinateur a besoin d’un Python {version}.</translation>
    </message>
    <message>
        <source>{file} of the folder is missing or damaged; copy or save the folder anew.</source>
        <translation>{file} du dossier manque ou est endommagé ; copiez ou enregistrez le dossier à nouveau.</translation>
    </message>
    <message>
        <source>The folder was saved for {platform}, but this computer is {own}.</source>
        <translation>Le dossier a été enregistré pour {platform}, mais cet ordinateur est {own}.</translation>
    </message>
    <message>
        <source>for the processor</source>
        <translation>pour le processeur</translation>
    </message>
    <message>
        <source>for Apple silicon</source>
        <translation>pour la puce Apple</translation>
    </message>
    <message>
        <source>Set-up downloads {download} (PyTorch {build}) and takes {disk} in {folder}, where {free} are free.</source>
        <translation>L’installation télécharge {download} (PyTorch {build}) et occupe {disk} dans {folder}, où {free} sont libres.</translation>
    </message>
    <message>
        <source>PyTorch is no longer made for Macs with an Intel processor, so the runtime cannot be set up here; choose a Python of your own with unirs, or ask a server on another computer.</source>
        <translation>PyTorch n’existe plus pour les Mac à processeur Intel, l’environnement d’exécution ne peut donc pas être installé ici ; choisissez votre propre Python avec unirs, ou interrogez un serveur sur un autre ordinateur.</translation>
    </message>
    <message>
        <source>The runtime cannot be set up on {platform}: PyTorch supports only 64-bit Windows, 64-bit Linux and Apple silicon.</source>
        <translation>L’environnement d’exécution ne peut pas être installé sur {platform} : PyTorch ne prend en charge que Windows et Linux 64 bits et les puces Apple.</translation>
    </message>
    <message>
        <source>The folder {path} to set up from does not exist; choose another one.</source>
        <translation>Le dossier {path} depuis lequel installer n’existe pas ; choisissez-en un autre.</translation>
    </message>
    <message>
        <source>The address of an index or mirror has to be such as https://…, without user and password (put these into pip&apos;s configuration).</source>
        <translation>L’adresse d’un index ou d’un miroir doit être du type https://…, sans utilisateur ni mot de passe (mettez-les dans la configuration de pip).</translation>
    </message>
</context>
<context>
    <name>StatusPanel</name>
    <message>
        <source>Progress</source>
        <translation>Progression</translation>
    </message>
    <message>
        <source>Log</source>
        <translation>Journal</translation>
    </message>
    <message>
        <source>More</source>
        <translation>Plus</translation>
    </message>
    <message>
        <source>Caption tiles…</source>
        <translation>Décrire les tuiles…</translation>
    </message>
    <message>
        <source>Describe change in tiles…</source>
        <translation>Décrire le changement par tuiles…</translation>
    </message>
    <message>
        <source>Classify tiles…</source>
        <translation>Classer les tuiles…</translation>
    </message>
    <message>
        <source>Ask about polygons…</source>
        <translation>Interroger des polygones…</translation>
    </message>
    <message>
        <source>Index tiles…</source>
        <translation>Indexer les tuiles…</translation>
    </message>
    <message>
        <source>Review answers…</source>
        <translation>Vérifier les réponses…</translation>
    </message>
    <message>
        <source>Batch on a cluster…</source>
        <translation>Lot sur une grappe…</translation>
    </message>
    <message>
        <source>Report…</source>
        <translation>Rapport…</translation>
    </message>
    <message>
        <source>Export history…</source>
        <translation>Exporter l’historique…</translation>
    </message>
    <message>
        <source>Add history as layer</source>
        <translation>Ajouter l’historique comme couche</translation>
    </message>
    <message>
        <source>Options…</source>
        <translation>Options…</translation>
    </message>
    <message>
        <source>Help</source>
        <translation>Aide</translation>
    </message>
    <message>
        <source>Log of the set-up</source>
        <translation>Journal de l’installation</translation>
    </message>
    <message>
        <source>Set up</source>
        <translation>Installer</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Annuler</translation>
    </message>
    <message>
        <source>Restart</source>
        <translation>Relancer</translation>
    </message>
</context>
<context>
    <name>Suggestions</name>
    <message>
        <source>Water?</source>
        <translation>Eau&#xa0;?</translation>
    </message>
    <message>
        <source>Buildings?</source>
        <translation>Bâtiments&#xa0;?</translation>
    </message>
    <message>
        <source>Rural or urban?</source>
        <translation>Rural ou urbain&#xa0;?</translation>
    </message>
    <message>
        <source>Roads?</source>
        <translation>Routes&#xa0;?</translation>
    </message>
    <message>
        <source>Any change?</source>
        <translation>Changement&#xa0;?</translation>
    </message>
    <message>
        <source>New buildings?</source>
        <translation>Constructions&#xa0;?</translation>
    </message>
    <message>
        <source>Trees lost?</source>
        <translation>Arbres perdus&#xa0;?</translation>
    </message>
    <message>
        <source>Lake smaller?</source>
        <translation>Lac réduit&#xa0;?</translation>
    </message>
    <message>
        <source>What happens?</source>
        <translation>Que se passe-t-il&#xa0;?</translation>
    </message>
    <message>
        <source>Flood?</source>
        <translation>Inondation&#xa0;?</translation>
    </message>
    <message>
        <source>Fire?</source>
        <translation>Incendie&#xa0;?</translation>
    </message>
    <message>
        <source>Building work?</source>
        <translation>Travaux&#xa0;?</translation>
    </message>
</context>
<context>
    <name>TableMenu</name>
    <message>
        <source>Ask about these polygons…</source>
        <translation>Interroger ces polygones…</translation>
    </message>
    <message>
        <source>Review answers…</source>
        <translation>Vérifier les réponses…</translation>
    </message>
</context>
<context>
    <name>ThreadView</name>
    <message>
        <source>Conversation so far</source>
        <translation>Conversation en cours</translation>
    </message>
    <message>
        <source>Earlier ones, in the history: {count}</source>
        <translation>Précédentes, dans l’historique : {count}</translation>
    </message>
    <message>
        <source>The model did not read what is above: the conversation is too long for it.</source>
        <translation>Le modèle n’a pas lu ce qui précède : la conversation est trop longue pour lui.</translation>
    </message>
</context>
<context>
    <name>ThresholdSlider</name>
    <message>
        <source>Threshold of the map</source>
        <translation>Seuil de la carte</translation>
    </message>
    <message>
        <source>Show and outline the ground that reaches this percentage</source>
        <translation>Afficher et entourer ce qui atteint ce pourcentage</translation>
    </message>
</context>
<context>
    <name>TimelineChart</name>
    <message>
        <source>Probability of yes at each date</source>
        <translation>Probabilité de oui à chaque date</translation>
    </message>
    <message>
        <source>{date}: not asked</source>
        <translation>{date} : non demandé</translation>
    </message>
    <message>
        <source>{date}: {percent}, asked alone {alone}</source>
        <translation>{date} : {percent}, demandé seul {alone}</translation>
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
        <translation>Ajoutez des couches datées à la série, ou choisissez un fichier vidéo.</translation>
    </message>
</context>
<context>
    <name>VideoFile</name>
    <message>
        <source>Path of a video file</source>
        <translation>Chemin d’un fichier vidéo</translation>
    </message>
    <message>
        <source>Choose a video file…</source>
        <translation>Choisir un fichier vidéo…</translation>
    </message>
    <message>
        <source>A video has no extent on the map; its answer has no footprint.</source>
        <translation>Une vidéo n’a pas d’emprise sur la carte ; sa réponse n’a pas de contour.</translation>
    </message>
    <message>
        <source>Choose a video file</source>
        <translation>Choisir un fichier vidéo</translation>
    </message>
    <message>
        <source>Videos (*.mp4 *.mov *.avi *.mkv *.webm *.m4v)</source>
        <translation>Vidéos (*.mp4 *.mov *.avi *.mkv *.webm *.m4v)</translation>
    </message>
    <message>
        <source>All files (*)</source>
        <translation>Tous les fichiers (*)</translation>
    </message>
</context>
<context>
    <name>Where</name>
    <message>
        <source>{done} of {total}, step {level} of {levels}</source>
        <translation>{done} sur {total}, étape {level} sur {levels}</translation>
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
        <translation>Le processus de calcul a été relancé avant d’avoir répondu.</translation>
    </message>
    <message>
        <source>The worker was stopped before it had answered.</source>
        <translation>Le processus de calcul a été arrêté avant d’avoir répondu.</translation>
    </message>
    <message>
        <source>UniRS is closed.</source>
        <translation>UniRS est fermé.</translation>
    </message>
    <message>
        <source>The question was cancelled.</source>
        <translation>La question a été annulée.</translation>
    </message>
</context>
<context>
    <name>WorkerReasons</name>
    <message>
        <source>The worker was killed, probably by the system because the memory ran out; close other programs or choose a smaller model, then ask again.</source>
        <translation>Le processus de calcul a été tué, sans doute par le système faute de mémoire&#xa0;; fermez d’autres programmes ou choisissez un modèle plus petit, puis posez à nouveau la question.</translation>
    </message>
    <message>
        <source>The worker crashed ({code}); ask again, and report it if it happens once more.</source>
        <translation>Le processus de calcul a planté ({code})&#xa0;; posez à nouveau la question, et signalez-le si cela se reproduit.</translation>
    </message>
    <message>
        <source>The worker has ended; ask again.</source>
        <translation>Le processus de calcul s’est terminé&#xa0;; posez à nouveau la question.</translation>
    </message>
    <message>
        <source>The worker stopped responding and was ended; ask again, and report it if it happens once more.</source>
        <translation>Le processus de calcul ne réagissait plus et a été arrêté&#xa0;; reposez la question, et signalez-le si cela se reproduit.</translation>
    </message>
    <message>
        <source>The worker cannot be started ({error}); repair the runtime under Settings ▸ Options ▸ UniRS.</source>
        <translation>Le processus de calcul ne peut pas être lancé ({error})&#xa0;; réparez l’environnement d’exécution sous Préférences ▸ Options ▸ UniRS.</translation>
    </message>
    <message>
        <source>The worker has not answered for {seconds} seconds; ask again when the computer is less busy, or repair the runtime under Settings ▸ Options ▸ UniRS.</source>
        <translation>Le processus de calcul n’a pas répondu depuis {seconds} secondes&#xa0;; posez à nouveau la question quand l’ordinateur est moins occupé, ou réparez l’environnement d’exécution sous Préférences ▸ Options ▸ UniRS.</translation>
    </message>
    <message>
        <source>The runtime does not fit this version of the plugin; repair it under Settings ▸ Options ▸ UniRS.</source>
        <translation>L’environnement d’exécution ne convient pas à cette version de l’extension&#xa0;; réparez-le sous Préférences ▸ Options ▸ UniRS.</translation>
    </message>
    <message>
        <source>The worker ended with exit code {code} ({last_line}); if it does so again, repair the runtime under Settings ▸ Options ▸ UniRS.</source>
        <translation>Le processus de calcul s’est terminé avec le code {code} ({last_line})&#xa0;; si cela se reproduit, réparez l’environnement d’exécution sous Préférences ▸ Options ▸ UniRS.</translation>
    </message>
    <message>
        <source>The runtime of UniRS is not set up; set it up under Settings ▸ Options ▸ UniRS.</source>
        <translation>L’environnement d’exécution d’UniRS n’est pas installé&#xa0;; installez-le sous Préférences ▸ Options ▸ UniRS.</translation>
    </message>
</context>
<context>
    <name>_Rows</name>
    <message>
        <source>No layer yet: choose one above and add it.</source>
        <translation>Aucune couche&#xa0;: choisissez-en une ci-dessus et ajoutez-la.</translation>
    </message>
</context>
</TS>
