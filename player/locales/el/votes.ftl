# Παρουσίες, ψηφοφορίες και αποφάσεις: η έδρα της γραμματείας και ό,τι βλέπουν οι πολίτες.

## Παρουσίες
presence-title = Παρουσίες
presence-present = Παρόντες
presence-absent = Απόντες
presence-moves = Προσελεύσεις και αποχωρήσεις
presence-came = Προσήλθε: { $name }
presence-left = Αποχώρησε: { $name }
presence-is-there = παρών ή παρούσα: { $name }
presence-is-away = απών ή απούσα: { $name }
presence-are-there = { $count ->
    [one] 1 παρών
   *[other] { $count } παρόντες
}
presence-are-away = { $count ->
    [one] 1 απών
   *[other] { $count } απόντες
}
presence-not-taken = Δεν έχουν σημειωθεί ακόμη οι παρουσίες. Πατήστε «Όλοι παρόντες» και ύστερα όσους λείπουν, ή έναν έναν όσους είναι παρόντες.
presence-no-members = Το σώμα δεν έχει ακόμη μέλη στον κατάλογο.
presence-all = Όλοι παρόντες
presence-grid = Ένα ένα τα μέλη
presence-grid-what = Κάθε πάτημα αλλάζει την παρουσία του μέλους και κρατά την ώρα.
presence-presses = Όσα έχουν σημειωθεί
presence-take-back = Αναίρεση
presence-undone = Η παρουσία που είχε σημειωθεί αναιρέθηκε.
presence-everybody = Όλα τα μέλη
presence-there = Παρών
presence-away = Απών
field-presence = Παρουσία
field-presence-time = Από τις

## Ψηφοφορίες
vote-title = Ψηφοφορία
vote-going-on = Ψηφοφορία σε εξέλιξη
vote-roll-call = Ονομαστική
vote-show-of-hands = Με ανάταση του χεριού
vote-secret = Μυστική
majority-present = απόλυτη πλειοψηφία των παρόντων
majority-members = απόλυτη πλειοψηφία των μελών
majority-two-thirds = δύο τρίτα των μελών
vote-open = Ψηφοφορία σε εξέλιξη
vote-broken = Διακόπηκε χωρίς αποτέλεσμα
vote-carried-unanimous = Εγκρίνεται ομόφωνα
vote-carried-majority = Εγκρίνεται κατά πλειοψηφία
vote-carried-casting = Εγκρίνεται: ισοψηφία, υπερίσχυσε η ψήφος του προέδρου
vote-rejected-unanimous = Απορρίπτεται ομόφωνα
vote-rejected-majority = Απορρίπτεται κατά πλειοψηφία
vote-rejected-casting = Απορρίπτεται: ισοψηφία, υπερίσχυσε η ψήφος του προέδρου
vote-rejected-short = { $count ->
    [one] Απορρίπτεται: δεν συγκεντρώθηκε η 1 ψήφος που χρειαζόταν
   *[other] Απορρίπτεται: δεν συγκεντρώθηκαν οι { $count } ψήφοι που χρειάζονταν
}
vote-tied = Ισοψηφία
vote-count-yes = υπέρ
vote-count-no = κατά
vote-count-abstain = λευκά
vote-count-absent = απόντες
vote-count-waiting = απομένουν
vote-names = Πώς ψήφισε ο καθένας
vote-no-faction = Χωρίς παράταξη
vote-mended = Διορθώθηκε στις { $date }: { $reason } Πριν από τη διόρθωση: { $yes } υπέρ, { $no } κατά, { $abstain } λευκά.
vote-result = Αποτέλεσμα σε αυτό το θέμα:
vote-to-item = Απόφαση και διόρθωση
vote-start = Έναρξη ψηφοφορίας
vote-on = Με το πλήκτρο V. Αφορά το θέμα:
vote-in-camera = Όσο οι θύρες είναι κλειστές δεν σημειώνεται ψηφοφορία. Τη σημειώνετε μόλις ανοίξουν.
vote-needed = { $count ->
    [one] Χρειάζεται 1 ψήφος.
   *[other] Χρειάζονται { $count } ψήφοι.
}
vote-roll-keys = Με το πληκτρολόγιο: βέλη για το επόμενο και το προηγούμενο μέλος, 1 υπέρ, 2 κατά, 3 λευκό, 0 απών. R: οι υπόλοιποι υπέρ. C: τέλος.
vote-rest = Οι υπόλοιποι υπέρ
vote-close = Τέλος ψηφοφορίας
vote-take-back = Δεν έγινε: αναίρεση της ψηφοφορίας
vote-undone = Η ψηφοφορία αναιρέθηκε.
vote-reopen = Συνεχίζεται: αναίρεση του τέλους
vote-mend = Διόρθωση του αποτελέσματος
vote-mend-button = Διόρθωση
vote-secret-what = Της μυστικής ψηφοφορίας κρατούνται μόνο οι αριθμοί, ποτέ ονόματα.
vote-casting-none = Δεν υπήρξε ισοψηφία
vote-was-at = Ψηφοφορία που έγινε στις
vote-was-at-button = Σημείωση ψηφοφορίας
field-vote-kind = Τρόπος
field-majority = Πλειοψηφία
field-motion = Τι ψηφίζεται, αν δεν είναι η εισήγηση
field-count-yes = Υπέρ
field-count-no = Κατά
field-count-abstain = Λευκά
field-casting = Ψήφος του προέδρου
field-mend-reason = Λόγος της διόρθωσης, για τους πολίτες
count-rest = { $count ->
    [one] Αν αφήσετε κενό το «Υπέρ», μετριούνται υπέρ όσοι περισσεύουν. Παρών: 1.
   *[other] Αν αφήσετε κενό το «Υπέρ», μετριούνται υπέρ όσοι περισσεύουν. Παρόντες: { $count }.
}

## Αποφάσεις
decision = Απόφαση
decision-ada = ΑΔΑ στη Διαύγεια:
decision-new = Απόφαση…
decision-change = Αλλαγή της απόφασης
decision-take-back = Αναίρεση της απόφασης
decision-undone = Η απόφαση αναιρέθηκε και ο αριθμός της είναι πάλι ελεύθερος.
field-decision-number = Αριθμός
field-decision-year = Έτος
field-decision-title = Τίτλος της απόφασης
field-decision-text = Κείμενο
field-ada = ΑΔΑ
field-ada-hint = Μπορείτε να τον προσθέσετε αργότερα. Για παράδειγμα ΨΧ4Ω46ΜΤΛΠ-Ξ7Ω.

## Σχέδιο πρακτικών, οθόνη της αίθουσας
minutes-title = Σχέδιο πρακτικών
minutes-what = Γράφτηκε από όσα σημείωσε η γραμματεία στη διάρκεια της συνεδρίασης. Δεν είναι τα επικυρωμένα πρακτικά.
minutes-back = Η σελίδα της συνεδρίασης
minutes-no-presence = Δεν έχουν σημειωθεί παρουσίες.
minutes-taken-up = Αρχίζει το θέμα.
chamber-title = Οθόνη της αίθουσας
