//! Formats that are known by their first bytes, and text.

use super::windows::Windows;

/// Magic bytes, where they stand, and what they mean.
const MAGIC: &[(usize, &[u8], &str)] = &[
    (0, b"\x93NUMPY", "a NumPy .npy file (its name should end in .npy)"),
    (0, b"\x89PNG\r\n\x1a\n", "a PNG picture"),
    (0, b"\xff\xd8\xff", "a JPEG picture"),
    (0, b"GIF8", "a GIF picture"),
    (0, b"II*\0", "a TIFF picture"),
    (0, b"MM\0*", "a TIFF picture"),
    (0, b"II+\0\x08\0\0\0", "a BigTIFF picture"),
    (0, b"MM\0+\0\x08\0\0", "a BigTIFF picture"),
    (0, b"\x1f\x8b\x08", "a gzip archive"),
    (0, b"PK\x03\x04", "a zip archive (such as .npz, .xlsx or zipped Zarr)"),
    (0, b"PK\x05\x06", "an empty zip archive"),
    (0, b"\x28\xb5\x2f\xfd", "a zstd archive"),
    (0, b"\xfd7zXZ\0", "an xz archive"),
    (0, b"BZh91AY&SY", "a bzip2 archive"),
    (0, b"7z\xbc\xaf\x27\x1c", "a 7-zip archive"),
    (0, b"\x04\x22\x4d\x18", "an LZ4 archive"),
    (257, b"ustar", "a tar archive"),
    (0, b"\x89HDF\r\n\x1a\n", "an HDF5 or NetCDF 4 file"),
    (512, b"\x89HDF\r\n\x1a\n", "an HDF5 file"),
    (1024, b"\x89HDF\r\n\x1a\n", "an HDF5 file"),
    (2048, b"\x89HDF\r\n\x1a\n", "an HDF5 file"),
    (0, b"\x0e\x03\x13\x01", "an HDF4 file"),
    (0, b"CDF\x01", "a NetCDF 3 file"),
    (0, b"CDF\x02", "a NetCDF 3 file (64-bit offsets)"),
    (0, b"CDF\x05", "a NetCDF 3 file (64-bit data)"),
    (0, b"\xcd\xf3\x00\x01", "a NASA CDF file"),
    (0, b"PAR1", "a Parquet file"),
    (0, b"ARROW1", "an Arrow or Feather file"),
    (0, b"FEA1", "a Feather file"),
    (0, b"ORC", "an ORC file"),
    (0, b"Obj\x01", "an Avro file"),
    (0, b"SIMPLE  =", "a FITS file"),
    (0, b"GRIB", "a GRIB file"),
    (0, b"BUFR", "a BUFR file"),
    (0, b"LASF", "a LAS or LAZ point cloud"),
    (0, b"ply\n", "a PLY point cloud"),
    (0, b"ply\r\n", "a PLY point cloud"),
    (0, b"# .PCD", "a PCD point cloud"),
    (0, b"# vtk DataFile", "a VTK file"),
    (0, b"NRRD000", "an NRRD file"),
    (0, b"MATLAB 5.0 MAT-file", "a MATLAB file"),
    (0, b"SQLite format 3\0", "an SQLite database"),
    (0, b"\x00\x00\x27\x0a\0\0\0\0", "an ESRI shapefile"),
    (0, b"%PDF", "a PDF document"),
    (0, b"RIFF", "a RIFF file (such as WAV or AVI)"),
    (0, b"OggS", "an Ogg file"),
    (0, b"fLaC", "a FLAC sound"),
    (4, b"ftyp", "an MP4 video"),
    (128, b"DICM", "a DICOM picture"),
    (0, b"\x7fELF", "a program"),
    (0, b"\x80\x04\x95", "a Python pickle"),
];

/// Kinds of files that hold grids, which are read elsewhere.
const GRIDS: [&str; 3] = ["HDF5", "NetCDF", "GRIB"];

/// Whether files of a kind hold grids that can be shown, if not as rows.
pub(super) fn holds_grids(kind: &str) -> bool {
    GRIDS.iter().any(|name| kind.contains(name))
}

/// What the file is, with its article, if it is known to be no raw array.
pub(super) fn kind(windows: &Windows) -> Option<&'static str> {
    let starts = |at: &usize, magic: &[u8]| windows.head.get(*at..).is_some_and(|rest| rest.starts_with(magic));
    let found = MAGIC.iter().find(|(at, magic, _)| starts(at, magic));
    // Three letters alone might begin a header of text before raw numbers.
    let found = found.filter(|(_, magic, _)| *magic != b"ORC" || windows.head.get(3).is_some_and(|b| *b < 32));
    found.map(|(_, _, kind)| *kind).or_else(|| is_text(windows).then_some("a text file (such as CSV or JSON)"))
}

/// Text throughout, not only in a header: NUL bytes are none.
fn is_text(windows: &Windows) -> bool {
    let mut count = 0usize;
    let mut text = 0usize;
    let mut breaks = 0usize;
    let body = windows.body.iter().flat_map(|window| &window.bytes);
    for byte in windows.head.iter().chain(body) {
        count += 1;
        text += usize::from(matches!(byte, b'\t' | b'\n' | b'\r' | b' '..=b'~'));
        breaks += usize::from(matches!(byte, b'\n' | b'\r' | b',' | b' '));
    }
    // Not all bytes: names in Latin-1 or UTF-8 are text too.
    count >= 8 && text >= count - count / 50 && breaks > 0
}
