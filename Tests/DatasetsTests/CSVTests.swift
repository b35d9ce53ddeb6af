import Datasets
import Testing

struct CSVTests {
    @Test func readsHeaderFeaturesAndIntegerClasses() throws {
        let set = try DatasetFixtures.build("a,b,class\n1,2.5,10\n-3,4e2,2\n0.1,-0,10\n")
        #expect(set.rows == 3)
        #expect(set.testRows == 0)
        #expect(set.featureNames == ["a", "b"])
        #expect(set.classNames == ["2", "10"])
        #expect(set.features == [1, 2.5, -3, 400, 0.1, 0])
        #expect(set.labels == [1, 0, 1])
    }

    @Test func sortsTextClassesByBytesWhateverTheOrderOfRows() throws {
        let set = try DatasetFixtures.build("class,x\nzebra,1\nApfel,2\napfel,3\n10,4\n9,5\n")
        #expect(set.classNames == ["10", "9", "Apfel", "apfel", "zebra"])
        #expect(set.labels == [4, 2, 3, 0, 1])
        #expect(set.featureNames == ["x"])
    }

    @Test func acceptsQuotesByteOrderMarkBlankLinesAndEveryLineEnd() throws {
        let text =
            "\u{FEFF}\r\n\"a, or \"\"A\"\"\",b,class\r\n\r\n"
            + "\"1.5\" , 2 ,\"one\ntwo\"\r3,4,y\n\n5,6, y "
        let set = try DatasetFixtures.build(text)
        #expect(set.featureNames == ["a, or \"A\"", "b"])
        #expect(set.classNames == ["one\ntwo", "y"])
        #expect(set.features == [1.5, 2, 3, 4, 5, 6])
        #expect(set.labels == [0, 1, 1])
    }

    @Test(arguments: ["\t", ";", ","])
    func guessesTheDelimiter(delimiter: String) throws {
        let text = "a,b,class\n1,2,x\n3,4,y\n".split(separator: ",").joined(separator: delimiter)
        let set = try DatasetFixtures.build(text)
        #expect(set.features == [1, 2, 3, 4])
    }

    @Test func guessesWhetherThereIsAHeader() throws {
        let last = DataFormat.csv(label: .index(-1), header: nil)
        let iris = try DatasetFixtures.build("5.1,3.5,setosa\n6.2,2.9,virginica\n", last)
        #expect(iris.rows == 2)
        #expect(iris.featureNames == ["column0", "column1"])
        let headed = try DatasetFixtures.build("a,b,kind\n6.2,2.9,virginica\n1,2,setosa\n", last)
        #expect(headed.rows == 2)
        #expect(headed.featureNames == ["a", "b"])
        let forced = DataFormat.csv(label: .index(0), header: true)
        let numbered = try DatasetFixtures.build("0,1,2\n1,5,6\n2,7,8\n", forced)
        #expect(numbered.featureNames == ["1", "2"])
        #expect(numbered.features == [5, 6, 7, 8])
    }

    @Test func appendsTheTestFileBehindTheTrainingRows() throws {
        let set = try DatasetFixtures.build(
            "a,class\n1,x\n2,y\n3,x\n",
            test: "a,class\n9,y\n8,x",
        )
        #expect(set.rows == 5)
        #expect(set.testRows == 2)
        #expect(set.features == [1, 2, 3, 9, 8])
        #expect(set.labels == [0, 1, 0, 1, 0])
    }

    @Test func readsTheSameFromGzipInPiecesAsFromPlainBytes() throws {
        // More than the 4 MiB window, with records across its borders and quoted line ends.
        var generator = SeededGenerator(state: 3)
        var plain = Array("a,b,c,class\n".utf8)
        while plain.count < 9 << 20 {
            let digits = String(generator.next() % 1_000_000)
            let label = generator.next() % 7
            plain += "\(digits).5,\"-\(digits)\",1e-3 ,\"class\n\(label)\"\r\n".utf8
        }
        let direct = try DatasetFixtures.build(plain, DatasetFixtures.classText)
        let inflated = try DatasetFixtures.build(
            DatasetFixtures.gzip(plain),
            DatasetFixtures.classText,
        )
        #expect(direct == inflated)
        #expect(direct.rows > 200_000)
        #expect(direct.classNames.count == 7)
    }

    @Test func countsLinesRightAcrossWindowsAndQuotedLineEnds() throws {
        var plain = Array("a,class\n".utf8)
        for row in 0..<400_000 {
            plain += "\(row),\"x\ny\"\n".utf8
        }
        plain += "oops,z\n".utf8
        let problem = try #require(
            DatasetFixtures.problem { () throws(DataProblem) in
                try DatasetFixtures.build(
                    DatasetFixtures.gzip(plain),
                    DatasetFixtures.classText,
                )
            })
        #expect(problem.kind == .textInNumericColumn)
        #expect(problem.findings[0].line == 800_002)
    }

    @Test func guessesFormatsFromFileNames() {
        let table = DataFormat.csv(label: .index(-1), header: nil)
        #expect(DataFormat.guess(fileName: "data/Digits.CSV") == table)
        #expect(DataFormat.guess(fileName: "digits.csv.gz") == table)
        #expect(
            DataFormat.guess(fileName: "digits.tsv")
                == .csv(label: .index(-1), header: nil, delimiter: .tab))
        #expect(DataFormat.guess(fileName: "train-images-idx3-ubyte.gz") == .idx)
        #expect(DataFormat.guess(fileName: "x.npy") == .npy())
        #expect(DataFormat.guess(fileName: "notes.txt") == nil)
        #expect(DataFormat.guess(fileName: "csv/notes") == nil)
    }
}
