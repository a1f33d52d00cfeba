"""What the HTML report is made of: its words, its pictures, its data, and the templates."""
