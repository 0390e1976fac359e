/** On a meeting's page with a chat or interventions. */
import "./chat/element";
import "./interventions/element";
