# Η ημερήσια διάταξη: η έδρα της γραμματείας και ό,τι βλέπουν οι πολίτες.

agenda-now = Τώρα
agenda-urgent = Κατεπείγον
agenda-withdrawn = Αποσύρθηκε
agenda-rapporteur = Εισηγητής:
to-agenda-desk = Ημερήσια διάταξη: επεξεργασία και ροή
to-live = Η οθόνη της μετάδοσης

## Όσα αλλάζουν στην ανοιχτή σελίδα (agenda-list)
agenda-list-now = Τώρα συζητείται: { $value }
agenda-list-voting = Ψηφοφορία σε εξέλιξη: { $value }
agenda-list-quorum = Παρόντα { $present } από τα { $members } μέλη. Υπάρχει απαρτία.
agenda-list-no-quorum = Δεν υπάρχει απαρτία: παρόντα { $present } από τα { $members } μέλη, χρειάζονται { $needed }.
agenda-list-yes = υπέρ
agenda-list-no = κατά
agenda-list-abstain = λευκό
agenda-list-absent = απών
agenda-list-press-kept = Δεν υπάρχει σύνδεση. Τα πατήματα κρατήθηκαν και θα σταλούν μόλις επανέλθει. Περιμένουν: { $value }.
agenda-list-press-sent = Όσα περίμεναν στάλθηκαν.
agenda-list-waiting = δεν έχει ψηφίσει

## Η έδρα της γραμματείας
desk-title = Ημερήσια διάταξη
desk-now = Τώρα
desk-since = από τις
desk-nothing-yet = Δεν έχει αρχίσει ακόμη κανένα θέμα.
desk-next = Επόμενο θέμα:
desk-last = Ήταν το τελευταίο θέμα.
desk-undo = Αναίρεση
desk-keys = Με το πληκτρολόγιο: N για το επόμενο θέμα, U για αναίρεση.
desk-undone = Η έναρξη του θέματος αναιρέθηκε.
desk-redo = Επαναφορά
desk-empty = Η ημερήσια διάταξη είναι κενή. Επικολλήστε παρακάτω τα θέματα.
desk-mend = Διόρθωση ώρας
desk-time = Ώρα έναρξης
desk-move = Διόρθωση
desk-take-back = Δεν άρχισε τότε: αναίρεση
desk-take-up = Αρχίζει τώρα
desk-was-at = Άρχισε στις
desk-was-at-button = Σημείωση
desk-change = Αλλαγή
desk-save = Αποθήκευση
desk-up = Πιο πάνω
desk-down = Πιο κάτω
desk-withdraw = Απόσυρση
desk-put-back = Επαναφορά του θέματος
desk-remove = Διαγραφή
desk-add = Προσθήκη θεμάτων
desk-add-urgent = Προσθήκη κατεπείγοντος θέματος
desk-add-urgent-what = Ό,τι προστίθεται όσο διαρκεί η συνεδρίαση σημειώνεται ως κατεπείγον.
desk-add-button = Προσθήκη
field-items = Θέματα
field-items-hint = Επικολλήστε τα όπως είναι στην πρόσκληση. Η αρίθμηση, τα υποθέματα και οι γραμμές «Εισηγητής: …» αναγνωρίζονται. Ύστερα διορθώνετε ό,τι χρειάζεται.
field-number = Αριθμός
field-item-title = Τίτλος του θέματος
field-rapporteur = Εισηγητής
field-level = Θέση
level-0 = Θέμα
level-1 = Υπόθεμα
level-2 = Υπόθεμα υποθέματος

## Πατήματα που περιμένουν τη σύνδεση (agenda-desk)
press-waiting = Δεν υπάρχει σύνδεση. Το πάτημα κρατήθηκε με την ώρα του και θα σταλεί μόλις επανέλθει. Περιμένουν: { $value }.
press-sent = Όσα περίμεναν στάλθηκαν, το καθένα με την ώρα του.
press-failed = Δεν υπάρχει σύνδεση και τίποτε δεν άλλαξε. Δοκιμάστε ξανά.
press-changed = Κάποιος άλλος άλλαξε την ημερήσια διάταξη. Μόλις αποθηκεύσετε ή κλείσετε τη φόρμα, θα δείτε τη νέα.

## Οι ομιλητές
agenda-speaker = Μιλά τώρα:
agenda-speeches = Ομιλίες
speech-title = Ομιλητές
speech-nobody = Δεν έχει δοθεί ακόμη ο λόγος σε κανέναν.
speech-ended = ολοκλήρωσε
speech-who = Ποιος παίρνει τον λόγο
speech-limit = Χρόνος
speech-no-limit = Χωρίς όριο
speech-minutes = { $count } λεπτά
speech-left = Απομένουν
speech-over = Υπέρβαση κατά
speech-give = Δίνω τον λόγο
speech-end = Τέλος ομιλίας
speech-resume = Συνεχίζει: αναίρεση του τέλους
speech-undo = Αναίρεση ομιλητή
speech-undone = Η ομιλία αναιρέθηκε.
speech-no-members = Το σώμα δεν έχει ακόμη μέλη στον κατάλογο· γράψτε ελεύθερα το όνομα.
to-members = Τα μέλη του σώματος

## Τα μέλη ενός σώματος
members-title = Μέλη
members-empty = Δεν υπάρχουν ακόμη μέλη. Επικολλήστε παρακάτω τον κατάλογο.
members-add = Προσθήκη μελών
members-end = Λήξη της θητείας
members-ended = Η θητεία έληξε. Ό,τι έχει ειπωθεί μένει στο όνομα του μέλους.
field-members = Κατάλογος
field-members-hint = Ένα μέλος σε κάθε γραμμή: «Όνομα; ιδιότητα; παράταξη». Όποιος δεν έχει ιδιότητα γράφεται ως σύμβουλος, και όποιος υπάρχει ήδη μένει όπως είναι.
field-member-name = Ονοματεπώνυμο
field-role = Ιδιότητα
field-faction = Παράταξη
role-mayor = Δήμαρχος
role-president = Πρόεδρος
role-vice-president = Αντιπρόεδρος
role-secretary = Γραμματέας
role-councillor = Σύμβουλος
