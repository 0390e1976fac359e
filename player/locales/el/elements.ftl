# Οι λέξεις που δίνει η σελίδα στα στοιχεία της. Το πρόθεμα λέει σε ποιο.

## Αναπαραγωγή (meeting-player)
player-label = Αναπαραγωγή της συνεδρίασης
player-play = Αναπαραγωγή
player-pause = Παύση
player-mute = Σίγαση
player-unmute = Κατάργηση σίγασης
player-volume = Ένταση ήχου
player-seek = Θέση στη συνεδρίαση
player-position = { $time }
player-live = Ζωντανά
player-to-live = Μετάβαση στη ζωντανή μετάδοση
player-behind = { $time } πίσω από τη ζωντανή μετάδοση
player-back = 10 δευτερόλεπτα πίσω
player-forward = 10 δευτερόλεπτα μπροστά
player-fullscreen = Πλήρης οθόνη
player-exit-fullscreen = Έξοδος από την πλήρη οθόνη
player-pip = Εικόνα εντός εικόνας
player-exit-pip = Έξοδος από την εικόνα εντός εικόνας
player-settings = Ρυθμίσεις
player-quality = Ποιότητα
player-quality-auto = Αυτόματη
player-speed = Ταχύτητα
player-speed-normal = Κανονική
player-captions = Υπότιτλοι
player-captions-off = Χωρίς υπότιτλους
player-captions-none = Δεν υπάρχουν υπότιτλοι για αυτή τη συνεδρίαση.
player-audio = Γλώσσα ήχου
player-audio-only = Μόνο ήχος
player-help = Συντομεύσεις πληκτρολογίου
player-help-note = Ισχύουν όταν η εστίαση είναι στην οθόνη αναπαραγωγής.
player-help-play = Αναπαραγωγή ή παύση
player-help-seek = 5 δευτερόλεπτα πίσω ή μπροστά
player-help-jump = 10 δευτερόλεπτα πίσω ή μπροστά
player-help-tenths = Μετάβαση στο 0 % έως 90 % της διάρκειας
player-help-ends = Αρχή ή τέλος
player-help-volume = Ένταση πάνω ή κάτω
player-help-mute = Σίγαση
player-help-fullscreen = Πλήρης οθόνη
player-help-pip = Εικόνα εντός εικόνας
player-help-captions = Υπότιτλοι
player-help-speed = Πιο αργά ή πιο γρήγορα
player-help-help = Αυτή η βοήθεια
player-close = Κλείσιμο
player-share = Κοινοποίηση αυτής της στιγμής
player-loading = Φόρτωση της μετάδοσης…
player-waiting = Αναμονή για εικόνα και ήχο από την αίθουσα. Η μετάδοση θα αρχίσει μόνη της.
player-stalled = Η σύνδεσή σας είναι αργή. Η αναπαραγωγή θα συνεχίσει μόνη της.
player-unreachable = Ο διακομιστής δεν απαντά. Γίνεται νέα προσπάθεια· η αναπαραγωγή θα συνεχίσει μόνη της.
player-away = Το σήμα από την αίθουσα διακόπηκε. Η μετάδοση θα συνεχίσει μόνη της μόλις επανέλθει.
player-away-since = Το σήμα από την αίθουσα διακόπηκε στις { $time }. Η μετάδοση θα συνεχίσει μόνη της μόλις επανέλθει.
player-paused = Η μετάδοση έχει διακοπεί προσωρινά από το προεδρείο. Θα συνεχίσει μόνη της.
player-ended = Η συνεδρίαση ολοκληρώθηκε. Μπορείτε να την παρακολουθήσετε από την αρχή.
player-from-start = Από την αρχή
player-resume = Συνέχεια από { $time }
player-offline = Δεν υπάρχει σύνδεση με το διαδίκτυο. Η αναπαραγωγή θα συνεχίσει μόλις επανέλθει.
player-error = Η αναπαραγωγή σταμάτησε και δεν μπορεί να συνεχίσει.
player-unsupported = Ο φυλλομετρητής σας δεν μπορεί να αναπαράγει τη μετάδοση. Δοκιμάστε με νεότερο φυλλομετρητή ή κατεβάστε τη συνεδρίαση.
player-retry = Νέα προσπάθεια
player-tap = Πατήστε για αναπαραγωγή

## Η σελίδα της συνεδρίασης (meeting-watch)
watch-viewers = Θεατές τώρα: { $value }
watch-live = Η συνεδρίαση μεταδίδεται ζωντανά.
watch-paused = Η μετάδοση διακόπηκε προσωρινά από το προεδρείο.
watch-ended = Η συνεδρίαση ολοκληρώθηκε.
watch-cancelled = Η συνεδρίαση ματαιώθηκε.
watch-away = Το σήμα από την αίθουσα διακόπηκε.
watch-stage-scheduled = ○ Προγραμματισμένη
watch-stage-live = ● Ζωντανά
watch-stage-paused = ‖ Σε διακοπή
watch-stage-ended = ✓ Ολοκληρώθηκε
watch-stage-cancelled = ✕ Ματαιώθηκε
watch-lost = Η σελίδα δεν ενημερώνεται προσωρινά. Γίνεται νέα προσπάθεια σύνδεσης.

## Κοινοποίηση στιγμής (share-moment)
share-label = Κοινοποίηση
share-at = Σύνδεσμος από { $time }
share-copy = Αντιγραφή συνδέσμου
share-copied = Ο σύνδεσμος αντιγράφηκε.
share-failed = Η αντιγραφή δεν έγινε. Επιλέξτε τον σύνδεσμο και αντιγράψτε τον.
share-system = Κοινοποίηση…

## Αντίστροφη μέτρηση (count-down)
countdown-days = { $days } ημ. { $hours } ώρ. { $minutes } λεπ.
countdown-hours = { $hours } ώρ. { $minutes } λεπ. { $seconds } δευτ.
countdown-minutes = { $minutes } λεπ. { $seconds } δευτ.
countdown-soon = λίγο

## Αντιγραφή κειμένου (copy-text)
copy-copy = Αντιγραφή
copy-copied = Αντιγράφηκε
copy-failed = Η αντιγραφή δεν έγινε. Επιλέξτε το κείμενο και αντιγράψτε το.

## Χώρος στον δίσκο (disk-room)
disk-room = { $value } ελεύθερα
disk-hours = αρκούν για περίπου { $hours } ώρες συνεδρίασης
disk-low = Ο χώρος στον δίσκο τελειώνει. Ενημερώστε τον διαχειριστή πριν από τη συνεδρίαση.
disk-unknown = Ο χώρος στον δίσκο δεν μετρήθηκε.

## Συναγερμοί της εγγραφής (record-alarms)
alarms-slow = Ο δίσκος αργεί. Η μετάδοση συνεχίζεται από τη μνήμη και θα φυλαχτεί μόλις ο δίσκος τη δεχτεί. Ενημερώστε τον διαχειριστή.
alarms-refused = Ο δίσκος του φακέλου { $folder } αρνείται την εγγραφή ({ $what }). Ενημερώστε τώρα τον διαχειριστή.
alarms-failover = Η εγγραφή συνεχίζεται στον εφεδρικό φάκελο { $folder }.
alarms-lost = Τμήματα που είδαν οι θεατές δεν μπόρεσαν να φυλαχτούν, επειδή τα αρνήθηκε ο δίσκος: { $parts }. Εκεί η εγγραφή θα έχει κενό.
alarms-little-room = Με τον τωρινό ρυθμό ο δίσκος της εγγραφής γεμίζει σε περίπου { $minutes } λεπτά. Ενημερώστε τώρα τον διαχειριστή.

## Παρακολούθηση πηγής (source-monitor)
monitor-connected = Συνδεδεμένη από τις { $time }
monitor-disconnected = Δεν είναι συνδεδεμένη
monitor-waiting = Αναμονή για τον κωδικοποιητή
monitor-unknown = –
monitor-bit-rate = { $value } Mb/s
monitor-frame-rate = { $value } καρέ/δευτ.
monitor-keyframes = κάθε { $value } δευτ.
monitor-level = { $value } dB
monitor-language = { $language }: { $value }
monitor-drift = { $value } ms
monitor-healthy = Καμία βλάβη
monitor-thumbnail = Εικόνα της πηγής, { $time }
monitor-no-thumbnail = Δεν υπάρχει ακόμη εικόνα
monitor-lost = Δεν έρχονται νεότερα από τον διακομιστή. Γίνεται νέα προσπάθεια σύνδεσης.
monitor-fault-stalled = Συνδεδεμένη, αλλά δεν στέλνει τίποτε από τις { $since }. Ελέγξτε τον κωδικοποιητή και το δίκτυο της αίθουσας.
monitor-fault-no-picture = Χωρίς εικόνα από τις { $since }. Ελέγξτε την κάμερα και την πηγή εικόνας στον κωδικοποιητή.
monitor-fault-no-sound = Χωρίς ήχο από τις { $since }. Προσθέστε πηγή ήχου στον κωδικοποιητή.
monitor-fault-silence = Σιωπή από τις { $since }. Ελέγξτε τα μικρόφωνα και την κονσόλα.
monitor-fault-no-language = Ο ήχος «{ $language }» έχει διακοπεί από τις { $since }. Όσοι τον ακούν, ακούν τώρα τον ήχο της αίθουσας. Ελέγξτε τη σύνδεση του διερμηνέα με τον κωδικοποιητή.
monitor-fault-silent-language = Σιωπή στον ήχο «{ $language }» από τις { $since }. Ελέγξτε το μικρόφωνο του διερμηνέα.
monitor-fault-black = Μαύρη εικόνα από τις { $since }. Ελέγξτε την κάμερα και το καλώδιό της.
monitor-fault-frozen = Ακίνητη εικόνα από τις { $since }. Ελέγξτε την κάμερα.
monitor-fault-keyframes = Τα βασικά καρέ απέχουν { $interval } δευτ. Ορίστε «Keyframe Interval» 2 δευτ. στον κωδικοποιητή.
monitor-fault-frames-lost = Φτάνουν μόνο { $rate } καρέ/δευτ. Κλείστε άλλα προγράμματα στον υπολογιστή του κωδικοποιητή ή μειώστε την ανάλυση.
monitor-fault-drift = Το ρολόι της πηγής αποκλίνει κατά { $drift } ms. Επανεκκινήστε τον κωδικοποιητή σε διάλειμμα της συνεδρίασης.
monitor-fault-no-rendition = Από τις { $since } ο διακομιστής δεν προλαβαίνει να παράγει τη μικρότερη εικόνα (360p). Οι θεατές βλέπουν την εικόνα της πηγής· τίποτα από τη συνεδρίαση δεν χάνεται. Βοηθά διακομιστής με περισσότερους επεξεργαστές ή λιγότερες πηγές ταυτόχρονα.
monitor-refused-busy = Στις { $time } απορρίφθηκε δεύτερος κωδικοποιητής ({ $remote }): η πηγή ήδη μεταδίδει. Σταματήστε τον έναν από τους δύο.
monitor-refused-codec = Στις { $time } απορρίφθηκε η σύνδεση από { $remote }: ο κωδικοποιητής έστειλε { $got }. Ορίστε { $set }.
monitor-refused-unreadable = Στις { $time } απορρίφθηκε η σύνδεση από { $remote }: το σήμα δεν διαβάζεται ({ $what }). Ελέγξτε τις ρυθμίσεις του κωδικοποιητή.
monitor-refused-unreachable = Στις { $time } η κάμερα ({ $remote }) δεν απάντησε. Ελέγξτε ότι έχει ρεύμα και δίκτυο, και ότι η διεύθυνσή της είναι σωστή. Γίνεται συνεχώς νέα προσπάθεια.
monitor-refused-denied = Στις { $time } η κάμερα ({ $remote }) δεν δέχτηκε το όνομα χρήστη ή τον κωδικό. Διορθώστε τα στις πηγές.

## Αποστολή βίντεο (film-sender)
sender-progress = { $what }: { $value }
sender-left = περίπου { $minutes } λεπτά ακόμη
sender-broken = Η σύνδεση κόπηκε. Γίνεται νέα προσπάθεια…
sender-halted = Σταμάτησε. Για να συνεχίσετε, επιλέξτε ξανά το ίδιο αρχείο στον κατάλογο πιο κάτω.
sender-gave-up = Δεν μπόρεσε να σταλεί άλλο. Ό,τι έφτασε φυλάσσεται: επιλέξτε ξανά το ίδιο αρχείο στον κατάλογο πιο κάτω.
sender-sent = Το { $what } έφτασε ολόκληρο. Γίνεται εγγραφή· μπορείτε να φύγετε από τη σελίδα.
sender-another = Αυτό είναι άλλο αρχείο. Επιλέξτε το { $what }.
sender-refused-fields = Ελέγξτε την ημερομηνία, την ώρα και τον τίτλο.
sender-refused-past = Μια παλιά συνεδρίαση έχει αρχίσει στο παρελθόν. Ελέγξτε την ημερομηνία και την ώρα.
sender-refused-too-large = Το αρχείο είναι πολύ μεγάλο ή είναι άδειο.
sender-refused-no-room = Ο δίσκος του διακομιστή δεν έχει αρκετό χώρο για το βίντεο και την εγγραφή του. Ενημερώστε τον διαχειριστή.
sender-refused-too-many = Ο κατάλογος πιο κάτω έχει πάρα πολλά βίντεο. Αφαιρέστε όσα τελείωσαν.
sender-refused-log-in = Δεν είστε πια συνδεδεμένοι. Συνδεθείτε σε άλλη καρτέλα και δοκιμάστε ξανά εδώ.
