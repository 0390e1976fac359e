# Οι άνθρωποι με λογαριασμό: η σελίδα του διαχειριστή, ο λογαριασμός του καθενός και η αποδοχή πρόσκλησης.

## Άνθρωποι
staff = Λογαριασμοί
staff-title = Άνθρωποι με λογαριασμό
staff-what = Ποιος μπορεί να κάνει τι στο όνομα του δήμου. Κάθε ενέργειά τους γράφεται στο αρχείο ενεργειών.
staff-person = Πρόσωπο
staff-roles = Ρόλοι
staff-logged-in = Τελευταία σύνδεση
staff-state = Κατάσταση
staff-change = Αλλαγή
staff-never = Καμία ακόμη
staff-active = Ενεργός
staff-sessions = { $count ->
    [0] Δεν είναι συνδεδεμένος πουθενά
    [one] Συνδεδεμένος σε 1 συσκευή
   *[other] Συνδεδεμένος σε { $count } συσκευές
}
staff-disabled-since = Ανενεργός από { $time }
staff-role-administrator = Διαχειριστής
staff-role-administrator-what = Τα πάντα: λογαριασμοί, συνεδριάσεις, πηγές, διάλογος.
staff-role-clerk = Γραμματεία
staff-role-clerk-what = Προετοιμάζει και διεξάγει συνεδριάσεις, ψηφοφορίες, αποφάσεις και πηγές.
staff-role-moderator = Συντονισμός διαλόγου
staff-role-moderator-what = Χειρίζεται όσα γράφουν και ρωτούν οι πολίτες.
staff-change-roles = Αλλαγή ρόλων
staff-save = Αποθήκευση
staff-disable = Απενεργοποίηση…
staff-disable-what = Αποσυνδέεται από παντού και δεν μπορεί πια να συνδεθεί. Όσα έχει κάνει μένουν στο αρχείο ενεργειών. Μπορείτε να ενεργοποιήσετε ξανά τον λογαριασμό.
staff-disable-confirm = Ναι, απενεργοποίηση του λογαριασμού
staff-enable = Ενεργοποίηση
staff-end-sessions = Αποσύνδεση από παντού
staff-done-roles = Οι ρόλοι άλλαξαν.
staff-done-disable = Ο λογαριασμός απενεργοποιήθηκε.
staff-done-enable = Ο λογαριασμός ενεργοποιήθηκε.
staff-done-end-sessions = Αποσυνδέθηκε από παντού.
staff-done-withdraw = Η πρόσκληση ανακλήθηκε και ο σύνδεσμός της δεν ισχύει πια.
staff-waiting = Προσκλήσεις σε αναμονή
staff-waiting-empty = Δεν υπάρχει πρόσκληση σε αναμονή.
staff-invited-until = Ισχύει έως { $time }
staff-withdraw = Ανάκληση
staff-invite = Νέα πρόσκληση
staff-invite-what = Ο προσκεκλημένος παίρνει έναν σύνδεσμο που ισχύει μία φορά, για μία εβδομάδα, και ορίζει ο ίδιος το όνομα και τον κωδικό του. Αν προσκαλέσετε ξανά την ίδια διεύθυνση, ισχύει μόνο ο νεότερος σύνδεσμος.
staff-invite-button = Δημιουργία πρόσκλησης
field-invited-language-hint = Η γλώσσα στην οποία θα του γράφουμε.

## Ο σύνδεσμος της πρόσκλησης
invited-title = Πρόσκληση
invited-once = Παραδώστε τώρα αυτόν τον σύνδεσμο: δεν θα εμφανιστεί ξανά. Όποιος τον έχει, παίρνει τον λογαριασμό.
invited-link = Σύνδεσμος
invited-done = Τον παρέδωσα

## Ο δικός σας λογαριασμός
account-title = Ο λογαριασμός σας
account-email = Διεύθυνση ηλεκτρονικού ταχυδρομείου
account-roles = Ρόλοι
account-no-roles = Κανένας σε αυτόν τον δήμο
account-profile = Όνομα και γλώσσα
account-password = Κωδικός πρόσβασης
account-password-what = Όταν τον αλλάξετε, μένετε συνδεδεμένοι εδώ και αποσυνδέεστε από παντού αλλού.
account-password-button = Αλλαγή κωδικού
account-sessions = Πού είστε συνδεδεμένοι
account-sessions-what = Αν δεν αναγνωρίζετε κάποια σύνδεση, τερματίστε την και αλλάξτε τον κωδικό σας.
account-device = Συσκευή
account-began = Από
account-used = Τελευταία χρήση
account-this = Αυτή η συσκευή
account-device-unknown = Άγνωστη συσκευή
account-end = Τερματισμός
account-end-others = Αποσύνδεση από παντού αλλού
account-done-profile = Το όνομα και η γλώσσα σας αποθηκεύτηκαν.
account-done-password = Ο κωδικός σας άλλαξε και αποσυνδεθήκατε από παντού αλλού.
account-done-end = Η σύνδεση τερματίστηκε.
field-own-name = Ονοματεπώνυμο
field-own-language = Γλώσσα
field-own-language-hint = Η γλώσσα των σελίδων σε αυτή τη συσκευή και των μηνυμάτων που λαμβάνετε.
field-old-password = Τωρινός κωδικός πρόσβασης
field-password-to-be = Νέος κωδικός πρόσβασης

## Αποδοχή πρόσκλησης
join-title = Έχετε πρόσκληση
join-code = Γράψτε τον κωδικό της πρόσκλησής σας.
join-as = Ο λογαριασμός σας είναι για τη διεύθυνση { $email }, με τους ρόλους:
join-known = Σε αυτή τη διεύθυνση υπάρχει ήδη λογαριασμός. Γράψτε τον κωδικό πρόσβασής του για να δεχτείτε την πρόσκληση.
join-button = Συνέχεια
join-accept = Αποδοχή της πρόσκλησης
field-code = Κωδικός πρόσκλησης
field-code-hint = Το τμήμα του συνδέσμου μετά το σύμβολο #, για παράδειγμα abcd2345-….
