/** On the clerk's pages. */
import "./studio/agenda-desk";
import "./studio/chat-desk";
import "./studio/clerk-doors";
import "./studio/disk-room";
import "./studio/elapsed";
import "./studio/film-sender";
import "./studio/intervention-console";
import "./studio/member-presses";
import "./studio/record-alarms";
import "./studio/source-monitor";
