//! The municipality's colour, made legible: WCAG 2.2 (1.4.3) wants a contrast of 4.5:1 for text.

/// The papers of the light theme in `web/css/tokens.css`, and the plain ones of other programs.
const LIGHT: [Rgb; 5] =
    [[0xff, 0xff, 0xff], [0xf6, 0xf7, 0xf8], [0xf4, 0xf5, 0xf6], [0xff, 0xf5, 0xdd], [0xfd, 0xec, 0xed]];
/// The papers of the dark theme.
const DARK: [Rgb; 5] =
    [[0x14, 0x18, 0x1c], [0x14, 0x17, 0x1a], [0x1e, 0x23, 0x27], [0x33, 0x29, 0x0f], [0x3a, 0x1b, 0x1c]];
/// What the contrast must reach.
const LEAST: f64 = 4.5;
/// Stands in for a colour that cannot be read.
const STAND_IN: Rgb = [0x1d, 0x4f, 0x91];

type Rgb = [u8; 3];

/// The accent colour for each theme, as `#rrggbb`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Accent {
    /// On the light papers.
    pub(super) light: String,
    /// On the dark papers.
    pub(super) dark: String,
}

impl Accent {
    /// The colour itself where its contrast suffices; else darkened for the light theme, lightened for the dark one.
    pub(super) fn of(colour: &str) -> Self {
        let colour = parse(colour).unwrap_or(STAND_IN);
        Self { light: text(legible(colour, [0; 3], &LIGHT)), dark: text(legible(colour, [0xff; 3], &DARK)) }
    }
}

/// The colour moved towards `pole` by no more than it takes; the pole itself always suffices.
fn legible(colour: Rgb, pole: Rgb, backgrounds: &[Rgb]) -> Rgb {
    const STEPS: u32 = 100;
    let suffices = |colour: &Rgb| backgrounds.iter().all(|background| contrast(*colour, *background) >= LEAST);
    (0..STEPS).map(|step| mix(colour, pole, f64::from(step) / f64::from(STEPS))).find(suffices).unwrap_or(pole)
}

fn mix(from: Rgb, to: Rgb, share: f64) -> Rgb {
    std::array::from_fn(|channel| {
        let (from, to) = (f64::from(from[channel]), f64::from(to[channel]));
        let mixed = (from + (to - from) * share).round();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between two bytes lies a byte")]
        let byte = mixed as u8;
        byte
    })
}

/// WCAG 2.2, "contrast ratio".
fn contrast(one: Rgb, other: Rgb) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

/// WCAG 2.2, "relative luminance".
fn luminance(colour: Rgb) -> f64 {
    let [red, green, blue] = colour.map(|channel| {
        let share = f64::from(channel) / 255.0;
        if share <= 0.040_45 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
    });
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

fn parse(text: &str) -> Option<Rgb> {
    let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6 && digits.is_ascii())?;
    let channel = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).ok();
    Some([channel(0)?, channel(2)?, channel(4)?])
}

fn text([red, green, blue]: Rgb) -> String {
    format!("#{red:02x}{green:02x}{blue:02x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_colour_becomes_legible_in_both_themes() {
        for red in (0..=255_u8).step_by(51) {
            for green in (0..=255_u8).step_by(51) {
                for blue in (0..=255_u8).step_by(51) {
                    let accent = Accent::of(&text([red, green, blue]));
                    let (light, dark) = (parse(&accent.light).unwrap(), parse(&accent.dark).unwrap());
                    assert!(LIGHT.iter().all(|background| contrast(light, *background) >= LEAST), "{accent:?}");
                    assert!(DARK.iter().all(|background| contrast(dark, *background) >= LEAST), "{accent:?}");
                }
            }
        }
    }

    #[test]
    fn every_paper_of_the_style_sheet_is_known() {
        let css = include_str!("../../web/css/tokens.css");
        let (light, dark) = css.split_once("prefers-color-scheme: dark").unwrap();
        for (css, known) in [(light, LIGHT), (dark, DARK)] {
            let papers = css.lines().filter_map(|line| line.trim().strip_prefix("--")?.split_once(": "));
            let mut found = 0;
            for (name, value) in papers.filter(|(name, _)| name.ends_with("paper") || *name == "sunken") {
                let value = match value.trim_end_matches(';') {
                    "#fff" => "#ffffff",
                    value => value,
                };
                assert!(known.contains(&parse(value).unwrap()), "{name}: {value}");
                found += 1;
            }
            assert!(found >= 4, "{css}");
        }
    }

    #[test]
    fn a_colour_that_is_legible_stays_as_it_is() {
        assert_eq!(Accent::of("#1d4f91").light, "#1d4f91");
        assert_eq!(Accent::of("#ffcc00").dark, "#ffcc00");
    }

    #[test]
    fn contrast_is_as_the_standard_counts_it() {
        assert!((contrast([0; 3], [255; 3]) - 21.0).abs() < 1e-9);
        // #767676 is the lightest grey that passes on white.
        assert!(contrast([0x76; 3], [255; 3]) >= 4.5 && contrast([0x77; 3], [255; 3]) < 4.5);
    }

    #[test]
    fn what_is_no_colour_is_replaced() {
        for wrong in ["", "red", "#12345", "#gggggg", "#12345é", "#1234567", "1d4f91"] {
            assert_eq!(Accent::of(wrong), Accent::of("#1d4f91"), "{wrong}");
        }
    }
}
