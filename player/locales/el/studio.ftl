# Οι σελίδες του προσωπικού.

## Διαχείριση
studio-title = Διαχείριση μεταδόσεων
studio-today = Σήμερα
studio-today-empty = Σήμερα δεν υπάρχει συνεδρίαση. Προγραμματίστε μία με τη φόρμα παρακάτω.
studio-open = Άνοιγμα
studio-coming = Επόμενες
studio-coming-empty = Δεν έχει προγραμματιστεί άλλη συνεδρίαση.
to-studio-list = Πίσω στη διαχείριση
to-public-page = Η σελίδα που βλέπουν οι πολίτες
new-meeting = Νέα συνεδρίαση
new-meeting-button = Προγραμματισμός συνεδρίασης
new-meeting-no-body = Δεν έχει οριστεί όργανο. Ζητήστε από τον διαχειριστή να προσθέσει το δημοτικό συμβούλιο ή μια επιτροπή.
field-body = Όργανο
field-title = Τίτλος
field-title-hint = Για παράδειγμα «14η τακτική συνεδρίαση».
field-place = Τόπος
field-date = Ημερομηνία
field-time = Ώρα έναρξης
field-agenda = Ημερήσια διάταξη
field-agenda-hint = Ένα θέμα σε κάθε γραμμή.

## Μετάδοση
controls-title = Μετάδοση
controls-start-what = Με την έναρξη αρχίζουν η καταγραφή και η ζωντανή μετάδοση προς τους πολίτες.
controls-no-source = Δεν έχει οριστεί πηγή. Ορίστε παρακάτω από πού έρχονται η εικόνα και ο ήχος, αλλιώς οι πολίτες θα βλέπουν μόνο την καρτέλα αναμονής.
controls-start = Έναρξη μετάδοσης
controls-cancel = Ματαίωση της συνεδρίασης…
controls-cancel-confirm = Ναι, η συνεδρίαση ματαιώνεται
controls-elapsed = Σε μετάδοση εδώ και { $duration }
controls-pause-what = Στη διακοπή οι πολίτες βλέπουν την καρτέλα αναμονής και δεν καταγράφεται τίποτε από την αίθουσα.
controls-pause = Διακοπή μετάδοσης
controls-paused-since = Η μετάδοση έχει διακοπεί από τις { $time }. Οι πολίτες βλέπουν την καρτέλα αναμονής και δεν καταγράφεται τίποτε από την αίθουσα.
controls-resume = Συνέχιση μετάδοσης
controls-end = Τέλος της συνεδρίασης…
controls-end-confirm = Ναι, τέλος της συνεδρίασης
controls-end-what = Η μετάδοση θα σταματήσει οριστικά και η καταγραφή θα δημοσιευτεί αμέσως. Αν πρόκειται για διάλειμμα, επιλέξτε διακοπή μετάδοσης.
controls-ended = Η συνεδρίαση ολοκληρώθηκε και η καταγραφή είναι διαθέσιμη στους πολίτες.
controls-cancelled = Η συνεδρίαση ματαιώθηκε. Οι πολίτες βλέπουν αυτόν τον λόγο:
field-reason = Λόγος ματαίωσης
field-reason-hint = Θα εμφανιστεί στους πολίτες, για παράδειγμα «Δεν υπήρξε απαρτία».
live-sources = Πηγές αυτής της συνεδρίασης
live-sources-empty = Δεν έχει οριστεί πηγή για αυτή τη συνεδρίαση. Ορίστε μία παρακάτω.
assign-title = Ορισμός πηγής
assign-button = Ορισμός
assign-none = Δεν υπάρχουν πηγές. Προσθέστε πρώτα μία.
field-assign-source = Πηγή
field-rank = Ρόλος
field-rank-hint = Η εφεδρική καταγράφεται παράλληλα και προβάλλεται όταν χαθεί η κύρια.
rank-primary = Κύρια
rank-backup = Εφεδρική
source-preview = Τρέχουσα εικόνα της πηγής
fact-resolution = Ανάλυση
fact-frame-rate = Ρυθμός καρέ
fact-bit-rate = Ρυθμός δεδομένων
fact-keyframes = Βασικά καρέ
fact-level = Στάθμη ήχου
fact-drift = Απόκλιση ρολογιού
fact-codec = Κωδικοποίηση
fact-encoder = Κωδικοποιητής
fact-protocol = Πρωτόκολλο
encoder-title = Ρυθμίσεις κωδικοποιητή
encoder-what = Βάλτε αυτά τα στοιχεία στον κωδικοποιητή, για παράδειγμα στο OBS: «Settings → Stream → Service: Custom».
encoder-address = Διεύθυνση (Server)
encoder-key = Κλειδί μετάδοσης (Stream Key)
encoder-key-what = Κάθε πηγή έχει το δικό της κλειδί. Εμφανίζεται μία φορά, όταν δημιουργείται. Αν το χάσατε, εκδώστε νέο.
encoder-settings = Βίντεο H.264, ήχος AAC, βασικό καρέ κάθε 2 δευτερόλεπτα (Keyframe Interval: 2 s).
disk-title = Χώρος για την καταγραφή

## Πηγές
sources-what = Κάθε πηγή είναι ένας κωδικοποιητής που στέλνει εικόνα και ήχο, με το δικό του κλειδί μετάδοσης.
sources-count = { $count ->
    [one] Υπάρχει 1 πηγή.
   *[other] Υπάρχουν { $count } πηγές.
}
sources-empty = Δεν υπάρχουν πηγές ακόμη. Προσθέστε μία για να συνδέσετε τον κωδικοποιητή της αίθουσας.
sources-manage = Πηγές και κλειδιά
sources-name = Πηγή
sources-state = Κατάσταση
sources-key = Κλειδί
sources-rotate-column = Αλλαγή κλειδιού
sources-rotate = Νέο κλειδί…
sources-rotate-what = Το τωρινό κλειδί θα πάψει να ισχύει για νέες συνδέσεις. Θα χρειαστεί να βάλετε το νέο στον κωδικοποιητή.
sources-rotate-confirm = Ναι, έκδοση νέου κλειδιού
new-source = Νέα πηγή
new-source-button = Προσθήκη πηγής
field-source = Όνομα
field-source-hint = Για παράδειγμα «Αίθουσα συνεδριάσεων».

## Κλειδί
key-title = Νέο κλειδί μετάδοσης
key-once = Αντιγράψτε το κλειδί τώρα: δεν θα εμφανιστεί ξανά. Όποιος το έχει μπορεί να μεταδώσει στο όνομα του δήμου.
key-how = Στο OBS
key-how-open = Ανοίξτε «Settings → Stream» και επιλέξτε «Service: Custom».
key-how-paste = Βάλτε τη διεύθυνση στο «Server» και το κλειδί στο «Stream Key».
key-how-output = Στο «Settings → Output» επιλέξτε κωδικοποιητή H.264 και «Keyframe Interval: 2 s».
key-how-start = Πατήστε «Start Streaming». Η εικόνα θα φανεί στη σελίδα της συνεδρίασης πριν αρχίσει η μετάδοση προς τους πολίτες.
key-done = Το αντέγραψα
