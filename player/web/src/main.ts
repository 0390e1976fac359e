/** On every page. */
import "./page/agenda-list";
import "./page/chamber-screen";
import "./page/code-from-link";
import "./page/copy-text";
import "./page/count-down";
import "./page/meeting-watch";
import "./page/meeting-words";
import "./page/share-moment";
import "./page/speech-clock";
import { foldConfirms } from "./page/confirm";

foldConfirms();
