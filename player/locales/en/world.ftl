# Calendars, feeds and podcasts: the meetings where everybody expects them.

feed-title = Calendar, news and podcast
feed-intro = Add the meetings to your phone’s calendar, read new calls in a news reader, or listen to past meetings as a podcast. No account is needed.
feed-how = If the button does not open your calendar, copy the address and paste it into your program, under “subscribe from address” or “add by URL”. Changes and cancellations arrive by themselves.
feed-all = All bodies
feed-calendar = Calendar
feed-calendar-add = Add to your calendar
feed-podcast = Podcast
feed-meetings = Meetings
feed-meetings-of = Meetings: { $name }
feed-what = When it meets, on what, and where the recording is: { $name }.
feed-podcast-of = The meetings in sound: { $name }
feed-podcast-what = The whole sound of the public meetings, with the agenda’s items as chapters: { $name }.
feed-cancelled = Cancelled: { $reason }
feed-ended = It is over.
feed-now = It is in session.
