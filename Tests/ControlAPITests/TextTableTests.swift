import ControlAPI
import Testing

struct TextTableTests {
    @Test
    func columnsLineUpAndLinesDoNotEndInBlanks() {
        var table = TextTable([("NAME", .leading), ("AGE", .trailing), ("NOTE", .leading)])
        table.append(["digits-1", "3m", "ü"])
        table.append(["b-10", "12m10s", ""])
        #expect(
            table.text == """
                NAME         AGE  NOTE
                digits-1      3m  ü
                b-10      12m10s  -

                """)
    }

    @Test
    func textFromOutsideCannotSteerATerminal() {
        var table = TextTable([("A", .leading)])
        table.append(["\u{1B}[31mred\u{9B}0m\nnext"])
        #expect(table.text == "A\n?[31mred?0m?next\n")
    }

    @Test
    func anEmptyTableHasItsTitles() {
        #expect(TextTable([("A", .leading), ("B", .trailing)]).text == "A  B\n")
    }
}
