//! The classes of data sets: those of known ones, and those that occur in any other.

use std::collections::HashMap;
use std::path::Path;

use super::error::DatasetError;
use super::name::DatasetName;
use super::read::Labels;

/// Classes of Fashion-MNIST, MNIST and the demo set.
pub const N_CLASSES: usize = 10;

/// Fashion-MNIST's classes in the order of the labels.
pub const FASHION_CLASSES: [&str; N_CLASSES] = [
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
];
/// Kuzushiji-MNIST's classes in the order of the labels.
const KMNIST_CLASSES: [&str; N_CLASSES] =
    ["o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"];
/// Kuzushiji-49's classes in the order of the labels, as its class map has them: あ to わ, then ゐ, ゑ,
/// を, ん and ゝ.
const K49_CLASSES: &str = "a i u e o ka ki ku ke ko sa shi su se so ta chi tsu te to na ni nu ne no \
                           ha hi fu he ho ma mi mu me mo ya yu yo ra ri ru re ro wa wi we wo n \
                           iteration-mark";
/// Characters of EMNIST's balanced split in the order of the labels.
const BALANCED: &str = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabdefghnqrt";
/// Characters of EMNIST's letters, whose labels begin at 1.
const LETTERS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/// Labels and what they stand for.
pub type ClassList = Vec<(String, String)>;

/// Returns the labels as numbers, if all of them are whole numbers.
#[must_use]
pub fn label_numbers(labels: &[String]) -> Option<Vec<i64>> {
    labels.iter().map(|label| label.parse().ok()).collect()
}

/// Returns the classes of a known data set, if all of them have names.
#[must_use]
pub fn known_classes(name: DatasetName) -> Option<ClassList> {
    let numbered = |first: usize, names: &mut dyn Iterator<Item = String>| {
        let labelled = names
            .enumerate()
            .map(|(place, name)| ((first + place).to_string(), name));
        Some(labelled.collect())
    };
    let characters = |text: &str| -> Vec<String> { text.chars().map(String::from).collect() };
    match name {
        DatasetName::Auto | DatasetName::FashionMnist | DatasetName::Demo => {
            numbered(0, &mut FASHION_CLASSES.iter().map(|&name| name.to_owned()))
        }
        DatasetName::Kmnist => numbered(0, &mut KMNIST_CLASSES.iter().map(|&name| name.to_owned())),
        DatasetName::Mnist | DatasetName::Qmnist | DatasetName::EmnistDigits => {
            numbered(0, &mut (0..N_CLASSES).map(|digit| digit.to_string()))
        }
        DatasetName::EmnistBalanced => numbered(0, &mut characters(BALANCED).into_iter()),
        DatasetName::EmnistLetters => numbered(1, &mut characters(LETTERS).into_iter()),
        DatasetName::K49 => numbered(0, &mut K49_CLASSES.split(' ').map(str::to_owned)),
    }
}

/// The classes of a data set in the order of the codes.
#[derive(Debug)]
pub struct Classes {
    /// Their names.
    pub names: Vec<String>,
    /// Their labels, as the files write them.
    pub labels: Vec<String>,
    codes: HashMap<String, u16>,
}

impl Classes {
    /// Returns the class of each row.
    ///
    /// # Panics
    /// If a label is none of those that the classes were made of.
    pub fn codes(&self, labels: &Labels) -> Vec<u16> {
        let codes: Vec<u16> = labels
            .values
            .iter()
            .map(|value| self.codes[value])
            .collect();
        labels
            .codes
            .iter()
            .map(|&code| codes[usize::from(code)])
            .collect()
    }
}

/// Orders the labels that occur: numbers by size, names by the alphabet. Labels that do not occur
/// are no classes.
///
/// # Errors
/// [`DatasetError::Format`] for fewer than two classes or more than 1,000.
pub fn order_classes(splits: [&Labels; 2], path: &Path) -> Result<Classes, DatasetError> {
    let mut values: Vec<&str> = splits
        .iter()
        .flat_map(|labels| used_values(labels))
        .collect();
    values.sort_unstable();
    values.dedup();
    if !(2..=super::read::MAX_CLASSES).contains(&values.len()) {
        return Err(DatasetError::format(
            path,
            format!("2 to {} classes", super::read::MAX_CLASSES),
            match values[..] {
                [only] => format!("one, \"{}\"", only.escape_debug()),
                _ => values.len().to_string(),
            },
        ));
    }
    if values.iter().all(|value| value.parse::<f64>().is_ok()) {
        let number = |value: &str| value.parse::<f64>().unwrap_or(f64::NAN);
        values.sort_by(|a, b| number(a).total_cmp(&number(b)));
    }
    let title = |value: &&str| -> String {
        let mut titles = splits.iter().flat_map(|labels| &labels.titles);
        let found = titles.find(|(known, _)| known == value);
        found.map_or_else(|| (*value).to_owned(), |(_, title)| title.clone())
    };
    Ok(Classes {
        names: values.iter().map(title).collect(),
        labels: values.iter().map(|value| (*value).to_owned()).collect(),
        codes: values
            .iter()
            .zip(0..)
            .map(|(value, code)| ((*value).to_owned(), code))
            .collect(),
    })
}

fn used_values(labels: &Labels) -> impl Iterator<Item = &str> {
    let mut is_used = vec![false; labels.values.len()];
    for &code in &labels.codes {
        is_used[usize::from(code)] = true;
    }
    let used = labels.values.iter().zip(is_used);
    used.filter(|(_, is_used)| *is_used)
        .map(|(value, _)| value.as_str())
}

#[cfg(test)]
mod tests {
    use md5::{Digest as _, Md5};

    use super::*;

    #[test]
    fn the_names_of_kuzushiji_49_are_in_the_order_of_the_published_map() {
        let characters = "あいうえおかきくけこさしすせそたちつてとなにぬねのはひふへほまみむめもやゆよ\
                          らりるれろわゐゑをんゝ";
        // The authors' k49_classmap.csv.
        let mut map = "index,codepoint,char\n".to_owned();
        for (index, character) in characters.chars().enumerate() {
            map += &format!("{index},U+{:04X},{character}\n", character as u32);
        }
        let md5 = hex::encode(Md5::digest(map.as_bytes()));
        assert_eq!(md5, "f7d0d0391f68bdf0fe4cf160ceb85753");
        let names: Vec<&str> = K49_CLASSES.split(' ').collect();
        let name =
            |character: char| names[characters.chars().position(|c| c == character).unwrap()];
        assert_eq!(names.len(), characters.chars().count());
        for (character, expected) in [
            ('か', "ka"),
            ('た', "ta"),
            ('は', "ha"),
            ('や', "ya"),
            ('わ', "wa"),
            ('ゑ', "we"),
            ('ん', "n"),
            ('ゝ', "iteration-mark"),
        ] {
            assert_eq!(name(character), expected);
        }
    }
}
