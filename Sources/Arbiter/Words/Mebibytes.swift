internal import Balloon

/// A number of pages for people.
func mebibytes(_ pages: Pages) -> String {
    let one = Pages.mebibytes(1)
    return pages > 0 && pages < one ? "\(4 * pages.count) KiB" : "\(pages / one) MiB"
}
