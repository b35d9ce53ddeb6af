/// What the header of an IDX or NPY file says about the values behind it.
struct ArrayHeader {
    var element: ElementType
    /// Sizes from the outermost dimension inwards; the first one counts rows.
    var shape: [Int]
    /// Values of one row: the product of all dimensions but the first.
    var rowWidth: Int
    /// Bytes of all values.
    var byteCount: Int

    var rows: Int { shape[0] }

    /// Nil when the product of the sizes does not fit into an Int.
    init?(element: ElementType, shape: [Int]) {
        guard !shape.isEmpty else { return nil }
        var width = 1
        for size in shape.dropFirst() {
            let product = width.multipliedReportingOverflow(by: size)
            guard size >= 0, !product.overflow else { return nil }
            width = product.partialValue
        }
        let values = width.multipliedReportingOverflow(by: shape[0])
        let bytes = values.partialValue.multipliedReportingOverflow(by: element.byteCount)
        guard shape[0] >= 0, !values.overflow, !bytes.overflow else { return nil }
        self.element = element
        self.shape = shape
        rowWidth = width
        byteCount = bytes.partialValue
    }

    /// Sizes as people write them: `60000 x 28 x 28`.
    var shapeText: String {
        shape.map { String($0) }.joined(separator: " x ")
    }
}
