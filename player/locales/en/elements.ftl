# The words that a page gives to its elements. The prefix says to which.

## Playback (meeting-player)
player-label = Playback of the meeting
player-play = Play
player-pause = Pause
player-mute = Mute
player-unmute = Unmute
player-volume = Volume
player-seek = Position in the meeting
player-position = { $time }
player-live = Live
player-to-live = Go to the live broadcast
player-behind = { $time } behind live
player-back = Back 10 seconds
player-forward = Forward 10 seconds
player-fullscreen = Full screen
player-exit-fullscreen = Leave full screen
player-pip = Picture in picture
player-exit-pip = Leave picture in picture
player-settings = Settings
player-quality = Quality
player-quality-auto = Automatic
player-speed = Speed
player-speed-normal = Normal
player-captions = Captions
player-captions-off = No captions
player-captions-none = There are no captions for this meeting.
player-audio = Language of the sound
player-audio-only = Sound only
player-help = Keyboard shortcuts
player-help-note = They work while the player has the focus.
player-help-play = Play or pause
player-help-seek = 5 seconds back or forward
player-help-jump = 10 seconds back or forward
player-help-tenths = Go to 0 % to 90 % of the length
player-help-ends = Beginning or end
player-help-volume = Volume up or down
player-help-mute = Mute
player-help-fullscreen = Full screen
player-help-pip = Picture in picture
player-help-captions = Captions
player-help-speed = Slower or faster
player-help-help = This help
player-close = Close
player-share = Share this moment
player-loading = Loading the broadcast…
player-waiting = Waiting for picture and sound from the chamber. The broadcast will start by itself.
player-stalled = Your connection is slow. Playback will go on by itself.
player-unreachable = The server does not answer. Trying again; playback will go on by itself.
player-away = The signal from the chamber is interrupted. The broadcast will go on by itself as soon as it is back.
player-away-since = The signal from the chamber was interrupted at { $time }. The broadcast will go on by itself as soon as it is back.
player-paused = The chair has paused the broadcast. It will go on by itself.
player-in-camera = The body is meeting in camera. The broadcast will go on by itself when the doors open.
player-in-camera-since = The body has been meeting in camera since { $time }. The broadcast will go on by itself when the doors open.
player-opening = The doors are open. The broadcast goes on in a few seconds.
player-ended = The meeting is over. You can watch it from the beginning.
player-from-start = From the beginning
player-resume = Continue from { $time }
player-offline = You are offline. Playback will go on as soon as the connection is back.
player-error = Playback stopped and cannot go on.
player-unsupported = Your browser cannot play the broadcast. Try a newer browser, or download the meeting.
player-retry = Try again
player-tap = Tap to play

## The meeting's page (meeting-watch)
watch-viewers = Watching now: { $value }
watch-live = The meeting is being broadcast live.
watch-in-camera = The body has been meeting in camera since { $time }. Until the doors open, the meeting is neither broadcast nor recorded.
watch-paused = The chair has paused the broadcast.
watch-ended = The meeting is over.
watch-cancelled = The meeting is cancelled.
watch-away = The signal from the chamber is interrupted.
watch-stage-scheduled = ○ Scheduled
watch-stage-live = ● Live
watch-stage-paused = ‖ Paused
watch-stage-in_camera = ■ In camera
watch-stage-ended = ✓ Ended
watch-stage-cancelled = ✕ Cancelled
watch-lost = The page is not being updated at the moment. Trying to connect again.

## Sharing a moment (share-moment)
share-label = Share
share-at = Link from { $time }
share-copy = Copy the link
share-copied = The link is copied.
share-failed = The link could not be copied. Select it and copy it yourself.
share-system = Share…

## Count-down (count-down)
countdown-days = { $days } d { $hours } h { $minutes } min
countdown-hours = { $hours } h { $minutes } min { $seconds } s
countdown-minutes = { $minutes } min { $seconds } s
countdown-soon = a moment

## Copying a text (copy-text)
copy-copy = Copy
copy-copied = Copied
copy-failed = It could not be copied. Select the text and copy it yourself.

## Room on the disk (disk-room)
disk-room = { $value } free
disk-hours = enough for about { $hours } hours of meeting
disk-low = The disk is nearly full. Tell the administrator before the meeting.
disk-unknown = The room on the disk could not be measured.

## Alarms of the recording (record-alarms)
alarms-slow = The disk is slow. The broadcast goes on from memory and is kept as soon as the disk takes it. Tell the administrator.
alarms-refused = The disk of { $folder } refuses to write ({ $what }). Tell the administrator now.
alarms-failover = The recording goes on in the spare folder { $folder }.
alarms-lost = Parts that viewers saw could not be kept, because the disk refused them: { $parts }. The recording will have a gap there.
alarms-little-room = At the present rate the disk of the recording is full in about { $minutes } minutes. Tell the administrator now.

## Watching a source (source-monitor)
monitor-connected = Connected since { $time }
monitor-disconnected = Not connected
monitor-waiting = Waiting for the encoder
monitor-unknown = –
monitor-bit-rate = { $value } Mb/s
monitor-frame-rate = { $value } frames/s
monitor-keyframes = every { $value } s
monitor-level = { $value } dB
monitor-language = { $language }: { $value }
monitor-drift = { $value } ms
monitor-healthy = Nothing is wrong
monitor-thumbnail = Picture of the source, { $time }
monitor-no-thumbnail = No picture yet
monitor-lost = No news from the server. Trying to connect again.
monitor-fault-stalled = Connected, but nothing has come since { $since }. Check the encoder and the chamber’s network.
monitor-fault-no-picture = No picture since { $since }. Check the camera and the picture source in the encoder.
monitor-fault-no-sound = No sound since { $since }. Add a sound source in the encoder.
monitor-fault-silence = Silence since { $since }. Check the microphones and the mixing desk.
monitor-fault-no-language = The sound in “{ $language }” has been missing since { $since }. Those who listen to it now hear the chamber. Check the interpreter’s line into the encoder.
monitor-fault-silent-language = Silence in the sound in “{ $language }” since { $since }. Check the interpreter’s microphone.
monitor-fault-black = Black picture since { $since }. Check the camera and its cable.
monitor-fault-frozen = Still picture since { $since }. Check the camera.
monitor-fault-keyframes = Keyframes are { $interval } s apart. Set “Keyframe Interval” to 2 s in the encoder.
monitor-fault-frames-lost = Only { $rate } frames/s arrive. Close other programs on the encoder’s computer, or lower the resolution.
monitor-fault-drift = The source’s clock is off by { $drift } ms. Restart the encoder during a break of the meeting.
monitor-fault-no-rendition = Since { $since } this server has been too busy to make the smaller picture (360p). Viewers get the source’s own picture; nothing of the meeting is lost. A server with more processors, or fewer sources at once, helps.
monitor-refused-busy = At { $time } a second encoder ({ $remote }) was refused: the source is already transmitting. Stop one of the two.
monitor-refused-codec = At { $time } the connection from { $remote } was refused: the encoder sent { $got }. Set it to { $set }.
monitor-refused-unreadable = At { $time } the connection from { $remote } was refused: the signal cannot be read ({ $what }). Check the encoder’s settings.
monitor-refused-unreachable = At { $time } the camera ({ $remote }) did not answer. Check that it has power and network, and that its address is right. It is tried again and again.
monitor-refused-denied = At { $time } the camera ({ $remote }) did not accept the user name or the password. Correct them under sources.

## Sending a film (film-sender)
sender-progress = { $what }: { $value }
sender-left = about { $minutes } min left
sender-broken = The connection broke. Trying again by itself…
sender-halted = Stopped. To go on, choose the same file again in the list below.
sender-gave-up = It could not be sent any further. What has arrived is kept: choose the same file again in the list below.
sender-sent = All of { $what } has arrived. It is being made into a recording; you may leave this page.
sender-another = This is another file. Choose { $what }.
sender-refused-fields = Check the date, the time and the title.
sender-refused-past = An old meeting began in the past. Check the date and the time.
sender-refused-too-large = The file is too large, or it is empty.
sender-refused-no-room = The server's disk has not enough room for this film and its recording. Tell the administrator.
sender-refused-too-many = There are too many films in the list below. Remove those that are done.
sender-refused-log-in = You are not logged in any more. Log in in another tab, then try again here.

## The doors on the clerk’s screens (clerk-doors)
doors-picture = The encoder is sending: when you open the doors there will be a picture.
doors-no-picture = The encoder is not sending: when you open the doors there will be no picture. See to it now.
doors-coming = The encoder is sending.
doors-not-coming = The encoder is not sending. Citizens will see the slate until it does.
doors-late = No picture has come back. Stop the stream at the encoder and start it again.
doors-tab = ■ IN CAMERA { $time }
doors-remind = The doors have been closed for { $minutes } minutes. Nothing is broadcast, and nothing is recorded. If the body meets in public again, open the doors.
doors-mute = Mute the reminder
doors-muted = The reminder will not sound until { $time }.
doors-silent = This browser plays no sound until you press somewhere on this page.
doors-not-closed = THE DOORS ARE NOT CLOSED. The server did not confirm the press: take it that the broadcast goes on. Press again; if that fails, stop the stream at the encoder.
doors-not-opened = THE DOORS ARE NOT OPEN. The server did not confirm the press: take it that nothing is broadcast. Press again.
