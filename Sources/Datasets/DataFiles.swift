/// The raw bytes of one data source, each file as it lies on disk (gzip or plain).
///
/// The buffers must stay valid while `SetBuilder.build` runs; nothing keeps them afterwards.
package struct DataFiles {
    /// Rows to learn from: a CSV table, IDX images or NPY features.
    package var train: UnsafeRawBufferPointer
    /// Classes of the rows of `train`; IDX needs it, NPY may have it, CSV has none.
    package var trainLabels: UnsafeRawBufferPointer?
    /// Rows of an explicit test file.
    package var test: UnsafeRawBufferPointer?
    /// Classes of the rows of `test`.
    package var testLabels: UnsafeRawBufferPointer?

    /// Names the files of a source; nil where there is none.
    package init(
        train: UnsafeRawBufferPointer,
        trainLabels: UnsafeRawBufferPointer? = nil,
        test: UnsafeRawBufferPointer? = nil,
        testLabels: UnsafeRawBufferPointer? = nil,
    ) {
        self.train = train
        self.trainLabels = trainLabels
        self.test = test
        self.testLabels = testLabels
    }
}

/// Bounds on what a data file may ask for, so that a hostile one costs an error and not the host.
package struct DataLimits: Sendable, Equatable {
    /// Bytes one gzip file may inflate to.
    package var maximumInflatedBytes = 8 << 30
    /// Bytes of the features of the whole set as 32-bit floats.
    package var maximumFeatureBytes = 16 << 30
    /// Columns of a table, or values of one row.
    package var maximumColumns = 1 << 20
    /// Rows of a set, so that row numbers fit into 32 bits.
    package var maximumRows = Int(UInt32.max) - 1
    /// Different texts of one column.
    package var maximumCategories = 1 << 20
    /// Different classes of one set.
    package var maximumClasses = 10_000
    /// Bytes of one column name or label.
    package var maximumNameBytes = 1_024
    /// Bytes of one line of a text table, quoted newlines included.
    package var maximumRecordBytes = 32 << 20

    /// The bounds a scheduler and a worker use unless configured otherwise.
    package init() {}
}
