/** On a meeting's page with a chat. */
import "./chat/element";
