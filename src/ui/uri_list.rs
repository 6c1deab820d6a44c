//! Files named by dropped text: `text/uri-list` (RFC 2483) with `file:` URIs (RFC 8089), and plain text that names files.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt as _;
use std::path::PathBuf;

/// The local files of a `text/uri-list`, in its order. `host` is this machine's name, as some programs put it into their
/// URIs. Comments, other schemes and files of other machines are left out.
pub fn paths_of_uris(list: &[u8], host: &str) -> Vec<PathBuf> {
    lines(list).filter(|line| !line.starts_with(b"#")).filter_map(|line| path_of_uri(line, host)).collect()
}

/// The files that plain text names, one a line: as `file:` URIs or as absolute paths. Any other line is left out.
pub fn paths_of_text(text: &[u8], host: &str) -> Vec<PathBuf> {
    lines(text).filter_map(|line| path_of_uri(line, host).or_else(|| absolute(line.to_vec()))).collect()
}

/// Lines end with CRLF by the standard, with LF in practice, and some programs end the whole with a NUL.
fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let text = text.strip_suffix(b"\0").unwrap_or(text);
    text.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii).filter(|line| !line.is_empty())
}

/// `file:///a`, `file://localhost/a`, `file://HOST/a` and `file:/a`.
fn path_of_uri(uri: &[u8], host: &str) -> Option<PathBuf> {
    let (scheme, rest) = uri.split_at_checked(5)?;
    if !scheme.eq_ignore_ascii_case(b"file:") {
        return None;
    }
    let Some(rest) = rest.strip_prefix(b"//") else {
        return absolute(percent_decoded(rest));
    };
    let (authority, path) = rest.split_at(rest.iter().position(|&byte| byte == b'/')?);
    let is_here =
        [b"".as_slice(), b"localhost", host.as_bytes()].iter().any(|name| authority.eq_ignore_ascii_case(name));
    if is_here { absolute(percent_decoded(path)) } else { None }
}

/// The path of these bytes, when it is absolute and the system could open it: none holds a NUL.
fn absolute(bytes: Vec<u8>) -> Option<PathBuf> {
    (bytes.starts_with(b"/") && !bytes.contains(&0)).then(|| OsString::from_vec(bytes).into())
}

/// `%41` becomes `A`. A `%` without two hexadecimal digits stays as it is: some programs do not encode it.
fn percent_decoded(text: &[u8]) -> Vec<u8> {
    let digit = |at: usize| char::from(*text.get(at)?).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let (mut out, mut at) = (Vec::with_capacity(text.len()), 0);
    while let Some(&byte) = text.get(at) {
        if byte == b'%'
            && let (Some(high), Some(low)) = (digit(at + 1), digit(at + 2))
        {
            out.push(high << 4 | low);
            at += 3;
        } else {
            out.push(byte);
            at += 1;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use proptest::prelude::*;

    use super::*;

    fn uris(text: &str) -> Vec<PathBuf> {
        paths_of_uris(text.as_bytes(), "bench")
    }

    #[test]
    fn files_come_in_their_order_whatever_ends_the_lines() {
        let expected = [Path::new("/a/x.npy"), Path::new("/b y.npy")];
        for text in [
            "file:///a/x.npy\r\nfile:///b%20y.npy\r\n",
            "file:///a/x.npy\nfile:///b%20y.npy",
            "# two files\r\nfile:///a/x.npy\r\n\r\n#file:///no\r\nfile:///b y.npy\0",
        ] {
            assert_eq!(uris(text), expected, "{text:?}");
        }
    }

    #[test]
    fn all_forms_of_a_local_uri_are_read() {
        for text in [
            "file:///a",
            "file:/a",
            "FILE:///a",
            "file://localhost/a",
            "file://LocalHost/a",
            "file://bench/a",
            "file:///%61",
        ] {
            assert_eq!(uris(text), [Path::new("/a")], "{text}");
        }
    }

    #[test]
    fn what_is_no_local_file_is_left_out() {
        for text in [
            "",
            "\0",
            "file:",
            "file://",
            "file:///",
            "file:a",
            "file://other/a",
            "file://bench.evil/a",
            "http://localhost/a",
            "/a",
            "a",
            "sftp://h/a",
            "file:///a%00b",
            "file",
            "#file:///a",
        ] {
            let found = uris(text);
            // The root folder is a path, if no file.
            assert!(found.is_empty() || (text == "file:///" && found == [Path::new("/")]), "{text:?}: {found:?}");
        }
    }

    #[test]
    fn percent_is_decoded_once_and_broken_escapes_stay() {
        for (text, expected) in [
            ("file:///100%", "/100%"),
            ("file:///100%2", "/100%2"),
            ("file:///%zz", "/%zz"),
            ("file:///%2541", "/%41"),
            ("file:///a%0Ab%23", "/a\nb#"),
            ("file:///gr%C3%BCn", "/grün"),
            ("file:///%+1", "/%+1"),
        ] {
            assert_eq!(uris(text), [Path::new(expected)], "{text}");
        }
        let odd = uris("file:///%ff");
        assert_eq!(odd, [PathBuf::from(OsString::from_vec(b"/\xff".to_vec()))]);
    }

    #[test]
    fn plain_text_may_name_paths_which_are_not_decoded() {
        let text = b"/a b%20c\nfile:///d%20e\nsome words\n./relative\n# /f\n";
        assert_eq!(paths_of_text(text, ""), [Path::new("/a b%20c"), Path::new("/d e")]);
    }

    proptest! {
        #[test]
        fn hostile_bytes_never_panic_and_give_absolute_paths(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            for path in paths_of_uris(&bytes, "bench").into_iter().chain(paths_of_text(&bytes, "bench")) {
                prop_assert!(path.is_absolute());
            }
        }

        #[test]
        fn hostile_uris_never_panic(text in "(file:|//|/|%|%[0-9a-fA-Fg]{0,3}|\r\n|#|\\PC|localhost){0,40}") {
            prop_assert!(uris(&text).iter().all(|path| path.is_absolute()));
        }

        #[test]
        fn any_encoded_path_comes_back(name in prop::collection::vec(1_u8..=255, 0..60)) {
            let encoded: String = name.iter().map(|byte| format!("%{byte:02X}")).collect();
            let expected = PathBuf::from(OsString::from_vec([b"/".as_slice(), &name].concat()));
            prop_assert_eq!(uris(&format!("file:///{encoded}\r\n")), [expected]);
        }
    }
}
