import Datasets
import Testing

/// Rows for a trained model.
struct RowReaderTests {
    private let table = TableOptions(label: .name("class"))

    private func trained() throws -> SetSchema {
        try DatasetFixtures.build("age,job,class\n1,u,x\n2,v,y\n").schema
    }

    private func read(
        _ text: String, _ schema: SetSchema, target: String? = nil, wantsTarget: Bool = false
    ) throws(DataProblem) -> RowReader.Rows {
        try DatasetFixtures.withBytes(Array(text.utf8)) { (bytes) throws(DataProblem) in
            try RowReader.read(
                bytes, format: .table(table), schema: schema, target: target,
                wantsTarget: wantsTarget)
        }
    }

    private func kind(
        _ text: String, _ schema: SetSchema, wantsTarget: Bool = false
    ) -> DataProblem? {
        do throws(DataProblem) {
            _ = try read(text, schema, wantsTarget: wantsTarget)
            return nil
        } catch {
            return error
        }
    }

    @Test func columnsAreFoundByNameInAnyOrder() throws {
        let rows = try read("note,job,class,age\nhi,v,x,3\n,w,y,4\n", try trained())
        #expect(rows.count == 2)
        #expect(rows.values == [3, 1, 4, 2])
        #expect(rows.categories == [[], ["u", "v", "w"]])
        #expect(rows.lines == [2, 3])
        #expect(rows.labels.isEmpty)
    }

    @Test func classesAreThoseOfTheModel() throws {
        let schema = try trained()
        let rows = try read("job,class,age\nv,y,3\nu,x,4\n", schema, wantsTarget: true)
        #expect(rows.labels == [1, 0])
        let unknown = kind("job,class,age\nv,y,3\nu,z,4\n", schema, wantsTarget: true)
        #expect(unknown?.kind == .unknownTestClass)
        #expect(unknown?.findings.first?.line == 3)
    }

    @Test func namesTheColumnsThatAreMissing() throws {
        let found = kind("job,class\nv,y\n", try trained())
        #expect(found?.kind == .columnsDiffer)
        #expect(found?.description.contains("\"age\"") == true)
        let label = kind("job,age\nv,1\n", try trained(), wantsTarget: true)
        #expect(label?.kind == .missingLabelColumn)
    }

    @Test func tablesWithoutHeadersAreReadByPosition() throws {
        let schema = try DatasetFixtures.build(
            "1,u,x\n2,v,y\n", .csv(label: .index(-1), header: false)
        ).schema
        #expect(try read("3,u\n", schema).values == [3, 0])
        #expect(try read("3,u,x\n", schema, wantsTarget: true).labels == [0])
        #expect(kind("3,u,x,9\n", schema)?.kind == nil)
        #expect(kind("3\n", schema) != nil)
    }

    @Test func arraysAndSparseTextFitToo() throws {
        let labelled = DatasetFixtures.npy(
            "<f4", "(2, 3)", DatasetFixtures.floats([1, 2, 0, 3, 4, 1]))
        let schema = try DatasetFixtures.build(labelled, .npy()).schema
        let bare = DatasetFixtures.npy("<f4", "(1, 2)", DatasetFixtures.floats([5, 6]))
        let rows = try DatasetFixtures.withBytes(bare) { (bytes) throws(DataProblem) in
            try RowReader.read(bytes, format: .npy(), schema: schema, wantsTarget: false)
        }
        #expect(rows.values == [5, 6])
        let evaluated = try DatasetFixtures.withBytes(labelled) { (bytes) throws(DataProblem) in
            try RowReader.read(bytes, format: .npy(), schema: schema, wantsTarget: true)
        }
        #expect(evaluated.labels == [0, 1])
        let sparse = try DatasetFixtures.build(
            "1 1:1 3:2\n0 2:1\n", .libsvm(SparseOptions())
        ).schema
        let dense = try DatasetFixtures.withBytes(Array("1 3:7\n".utf8)) {
            (bytes) throws(DataProblem) in
            try RowReader.read(
                bytes, format: .libsvm(SparseOptions()), schema: sparse, wantsTarget: true)
        }
        #expect(dense.values == [0, 0, 7])
        #expect(dense.labels == [1])
    }
}
