/** Loaded only on pages with a player. */
import "./player/element";
