# The pages of the staff.

## Control room
studio-title = Control room
studio-today = Today
studio-today-empty = There is no meeting today. Schedule one with the form below.
studio-open = Open
studio-coming = Coming
studio-coming-empty = No other meeting is scheduled.
to-studio-list = Back to the control room
to-public-page = The page that citizens see
new-meeting = New meeting
new-meeting-button = Schedule the meeting
new-meeting-no-body = No body has been set up. Ask the administrator to add the municipal council or a committee.
field-body = Body
field-title = Title
field-title-hint = Such as “14th regular meeting”, in the language of the call.
field-place = Place
field-date = Date
field-time = Begins at
field-agenda = Agenda
field-agenda-hint = One item a line.

## Broadcast
controls-title = Broadcast
controls-start-what = Starting begins the recording and the live broadcast to citizens.
controls-no-source = No source is assigned. Choose below where picture and sound come from; otherwise citizens will see the slate alone.
controls-start = Go live
controls-cancel = Cancel the meeting…
controls-cancel-confirm = Yes, the meeting is cancelled
controls-elapsed = On air for { $duration }
controls-pause-what = During a pause, citizens see the slate and nothing is recorded from the chamber.
controls-pause = Pause the broadcast
controls-paused-since = The broadcast has been paused since { $time }. Citizens see the slate, and nothing is recorded from the chamber.
controls-resume = Resume the broadcast
controls-end = End the meeting…
controls-end-confirm = Yes, end the meeting
controls-end-what = The broadcast will stop for good, and the recording will be published at once. If this is only a break, pause the broadcast.
controls-ended = The meeting is over, and its recording is open to citizens.
controls-cancelled = The meeting is cancelled. Citizens see this reason:
field-reason = Why it is cancelled
field-reason-hint = Citizens will read it, such as “There was no quorum”.
live-sources = Sources of this meeting
live-sources-empty = No source is assigned to this meeting. Assign one below.
assign-title = Assign a source
assign-button = Assign
assign-none = There are no sources. Add one first.
field-assign-source = Source
field-rank = Role
field-rank-hint = The backup is recorded alongside, and shown when the primary one is lost.
rank-primary = Primary
rank-backup = Backup
source-preview = What the source shows now
fact-resolution = Resolution
fact-frame-rate = Frame rate
fact-bit-rate = Bit rate
fact-keyframes = Keyframes
fact-level = Sound level
fact-languages = Interpretation
fact-drift = Clock drift
fact-codec = Codec
fact-encoder = Encoder
fact-protocol = Protocol
encoder-title = Encoder settings
encoder-what = Enter these in the encoder; in OBS: “Settings → Stream → Service: Custom”.
encoder-address = Address (Server)
encoder-key = Stream key
encoder-key-what = Each source has its own key. It is shown once, when it is made. If you have lost it, issue a new one.
encoder-srt = Over SRT one address is enough. It holds the key, and is shown together with it.
encoder-srt-address = The whole address
encoder-settings = H.264 video, AAC sound, a keyframe every 2 seconds (Keyframe Interval: 2 s).
disk-title = Room for the recording

## Sources
sources-what = A source is an encoder that sends picture and sound here with a stream key of its own, or a camera on the network from which they are fetched.
sources-count = { $count ->
    [one] There is 1 source.
   *[other] There are { $count } sources.
}
sources-empty = There are no sources yet. Add one to connect the chamber’s encoder or camera.
sources-manage = Sources and keys
sources-name = Source
sources-state = State
sources-how = Comes by
sources-change = Change
sources-key = Key
sources-camera = Camera
sources-move = New address…
sources-rotate = New key…
sources-rotate-what = The present key will no longer be good for new connections. You will have to put the new one into the encoder.
sources-rotate-confirm = Yes, issue a new key
new-source = New encoder
new-source-what = For OBS and every encoder that sends over RTMP or SRT. You get its address and its key next.
new-source-button = Add the encoder
new-camera = New camera
new-camera-what = For a camera that offers its picture over RTSP (H.264). It is called within seconds, and again whenever it has been away.
new-camera-button = Add the camera
move-camera = New address of the camera
move-camera-what = Write the whole address, and the user name and the password too: those kept so far are replaced.
move-camera-button = Save the address
field-source = Name
field-source-hint = Such as “Council chamber”.
field-camera-hint = Such as “Camera on the chair”.
field-url = Address (RTSP)
field-url-hint = Such as rtsp://192.168.1.20/stream1. The camera’s manual names it.
field-user = User name at the camera
field-user-hint = It is kept together with the password. Neither is shown again.

## Key
key-title = New stream key
key-once = Copy the key now: it will not be shown again. Whoever has it can broadcast in the municipality’s name.
key-rtmp = RTMP
key-srt = SRT
key-srt-what = Better on a line that loses packets. The address below holds all that the encoder needs.
key-how = In OBS
key-how-open = Open “Settings → Stream” and choose “Service: Custom”.
key-how-paste = Put the address into “Server” and the key into “Stream Key”.
key-how-paste-srt = For SRT, put the whole SRT address into “Server” and leave “Stream Key” empty.
key-how-output = Under “Settings → Output” choose an H.264 encoder and “Keyframe Interval: 2 s”.
key-how-start = Press “Start Streaming”. The picture shows on the meeting’s go-live page before anything is broadcast to citizens.
key-done = I have copied it
