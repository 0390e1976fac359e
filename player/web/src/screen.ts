/** On the chamber's screen, and over the picture of a broadcast. */
import "./screen/element";
