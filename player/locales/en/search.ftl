# What was said, and the search within it.

## Search
search-title = Search
search-what = What are you looking for?
search-button = Search
search-hint = A word in any of its forms, with or without accents, in Greek or in Latin letters. Quotation marks "…" look for a whole phrase, * for the beginning of a word, and - leaves out what you do not want.
search-filters = Filters and order
search-all = All
search-body = Body
search-kind = What
search-said = Spoken
search-item = Item
search-decision = Decision
search-meeting = Meeting
search-year = Year
search-speaker = Speaker
search-sort = Order
search-fit = Best match first
search-newest = Newest first
search-oldest = Oldest first
search-total =
    { $count ->
        [0] No moment
        [one] One moment
       *[other] { $count } moments
    }
search-empty = Nothing like that was found in what was said, nor in the items.
search-advice-fewer = Try fewer words, or others.
search-advice-begin = Type only the beginning of the word and an asterisk: librar*
search-advice-filters = Take away the filters. Not every meeting has a transcript.
search-loosely = Nothing has exactly what you typed. These come close.
search-nothing-asked = Type at least one word to look for.
search-too-long = The search is too long. Type up to 16 words.
search-pages = Pages of results
search-previous = Previous moments
search-next = Next moments

## What was said
words-title = What was said
words-open = Read what was said
words-to-meeting = The meeting with its video
words-empty = There is no transcript of this meeting yet.
words-windows = Parts of the meeting
words-files = As a file:

## The transcript on an open page (meeting-words)
transcript-show = Show what was said
transcript-hide = Hide what was said
transcript-follow = Follow the video
transcript-waiting = Loading what was said…
transcript-failed = What was said could not be loaded. Try again.

## The clerk's page
words-desk-title = Transcript
to-words = Transcript: import and history
words-give = Import a transcript
words-replace = Replace the transcript
words-file = WebVTT or SRT file
words-file-hint = Times count from the beginning of the recording. Speakers' names are recognised. Files of up to 8 MB, in UTF-8 or in the Greek encoding of Windows.
words-pasted = Or paste the file's text
words-button = Import
words-not-yet = A transcript can be imported once the meeting is over and has a recording.
words-given = The transcript is public. What was there before is kept in the history.
words-mended-order =
    { $count ->
        [one] One line was out of order and was put in its place.
       *[other] { $count } lines were out of order and were put in their place.
    }
words-mended-backward =
    { $count ->
        [one] One line ended before it began: its beginning was kept.
       *[other] { $count } lines ended before they began: their beginning was kept.
    }
words-mended-empty =
    { $count ->
        [one] One line was empty and was left out.
       *[other] { $count } lines were empty and were left out.
    }
words-mended-encoding = The file was in the Greek encoding of Windows and was converted. Check that it reads well.
words-at-line = Line { $line }: { $what }
words-history = History
words-history-empty = No transcript has been imported yet.
words-size =
    { $count ->
        [one] one line
       *[other] { $count } lines
    }
words-holds = Public
words-withdrawn = taken back
words-undo = Take back
words-redo = Bring back
words-exports = Reading and files
words-read = The page for reading
